"""What was served and what came of it: outcomes of lists, experiments, places given by lot."""
