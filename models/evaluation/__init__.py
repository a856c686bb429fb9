"""What lists are worth: ground truth, metrics, baselines, and the gate between versions."""
