# The decision, requested by POST /v1/data/refunds/policy/decision with an `input` of amount and days_since_purchase.
package refunds.policy

import rego.v1

limit := 50

days := 30

default decision := "refer"

decision := "approve" if {
	input.amount <= limit
	input.days_since_purchase <= days
}
