"""Whether a campaign is finished: success criteria, each with its evidence."""
