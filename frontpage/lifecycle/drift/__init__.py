"""Whether data or model have moved: hourly aggregates against the same weekday and hour of past weeks."""
