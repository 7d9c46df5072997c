"""What people look at: the story that the main job tells, its tables and its figure."""
