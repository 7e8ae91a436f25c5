"""Service level objectives of a deployed model: their indicators, recording rules, alerts, and all arithmetic."""
