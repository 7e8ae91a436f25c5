package credit.policy_test

import data.credit.policy
import rego.v1

# An application that is approved; each test below changes one thing.
sound := {
	"age": 34,
	"amount": 12000,
	"termMonths": 48,
	"income": 4200,
	"incomeVerified": true,
	"obligations": 600,
	"inArrears": false,
	"probabilityOfDefault": 0.02,
}

changed(field, value) := object.union(sound, {field: value})

test_sound_application_is_approved if {
	policy.decision == {"outcome": "approve", "reasons": []} with input as sound
}

test_minor_is_declined if {
	policy.decision.outcome == "decline" with input as changed("age", 17)
}

test_age_of_majority_is_enough if {
	policy.decision.outcome == "approve" with input as changed("age", 18)
}

test_arrears_are_declined if {
	policy.decision == {
		"outcome": "decline",
		"reasons": ["applicant is in arrears with the bank"],
	} with input as changed("inArrears", true)
}

test_risk_at_the_lower_bar_is_approved if {
	policy.decision.outcome == "approve" with input as changed("probabilityOfDefault", 0.06)
}

test_risk_between_the_bars_is_referred if {
	policy.decision.outcome == "refer" with input as changed("probabilityOfDefault", 0.15)
}

test_risk_above_the_bars_is_declined if {
	policy.decision.outcome == "decline" with input as changed("probabilityOfDefault", 0.151)
}

test_heavy_debt_service_is_referred if {
	policy.decision.outcome == "refer" with input as changed("obligations", 1300)
}

test_too_heavy_debt_service_is_declined if {
	policy.decision.outcome == "decline" with input as changed("obligations", 2000)
}

test_large_amount_is_referred if {
	policy.decision.outcome == "refer" with input as object.union(sound, {"amount": 30001, "income": 9000})
}

test_unverified_income_is_referred if {
	policy.decision.reasons == ["income is not verified"] with input as changed("incomeVerified", false)
}

test_no_income_is_referred_not_divided_by if {
	policy.decision.outcome == "refer" with input as changed("income", 0)
}

test_no_term_is_referred_not_divided_by if {
	policy.decision.outcome == "refer" with input as changed("termMonths", 0)
}

test_each_missing_field_is_referred if {
	every field in object.keys(sound) {
		policy.decision.outcome == "refer" with input as object.remove(sound, [field])
	}
}

test_null_is_referred_and_not_read_as_young if {
	policy.decision == {
		"outcome": "refer",
		"reasons": ["age is missing or no number"],
	} with input as changed("age", null)
}

test_text_for_a_number_is_referred if {
	policy.decision.outcome == "refer" with input as changed("amount", "12000")
}

test_negative_amount_is_referred if {
	policy.decision.reasons == ["amount is not positive"] with input as changed("amount", -1)
}

test_decline_beats_referral if {
	policy.decision.outcome == "decline" with input as object.union(sound, {"age": 17, "incomeVerified": false})
}

test_empty_application_is_referred_with_all_that_is_missing if {
	decision := policy.decision with input as {}
	decision.outcome == "refer"
	count(decision.reasons) == count(sound)
}
