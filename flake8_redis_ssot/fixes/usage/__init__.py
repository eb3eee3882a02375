"""What is done with a value: followed through names, attributes, arguments and returns, over file borders."""
