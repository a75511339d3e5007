"""The small trained model that reads passages for a question and checks claims against their evidence."""
