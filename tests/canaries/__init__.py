"""Numbers of persons planted at the door, looked for in everything behind it."""
