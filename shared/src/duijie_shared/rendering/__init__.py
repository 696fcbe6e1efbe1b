"""What people and programs read of the matcher's records: JSON numbers in pricing units and CNY."""

from duijie_shared.rendering.items import call_item, diagnosis_item, match_item, plan_item

__all__ = ["call_item", "diagnosis_item", "match_item", "plan_item"]
