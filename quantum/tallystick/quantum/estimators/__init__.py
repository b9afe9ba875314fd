"""What a problem is made of and compared with: covariances, views, frontiers, the hierarchical baseline."""
