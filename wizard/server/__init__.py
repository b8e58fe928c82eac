"""What stands around the site: the database's outages, logs, limits on what one address may do."""
