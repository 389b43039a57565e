"""Problems as the engines take them: arrays and tensors, side by side."""
