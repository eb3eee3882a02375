"""How far the success criteria of a campaign are met, each with its evidence. Nothing here writes."""
