"""Floor 3, sequences: folders of real images and rendered scenes, with their true boxes."""
