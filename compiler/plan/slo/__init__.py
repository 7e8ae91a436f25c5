"""Objectives of service levels: their indicators, recording rules and alerts, and all arithmetic."""
