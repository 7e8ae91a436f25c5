package refunds.policy_test

import data.refunds.policy
import rego.v1

test_a_small_and_early_refund_is_approved if {
	policy.decision == "approve" with input as {"amount": 50, "days_since_purchase": 30}
}

test_a_large_refund_is_referred if {
	policy.decision == "refer" with input as {"amount": 50.01, "days_since_purchase": 1}
}

test_a_late_refund_is_referred if {
	policy.decision == "refer" with input as {"amount": 10, "days_since_purchase": 31}
}
