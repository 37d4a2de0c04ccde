"""What cells mean: coordinates, dates, activities, facts; one by one and in columns."""
