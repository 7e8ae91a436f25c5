# The credit policy for consumer loans. Amounts are in the loan's currency; income and obligations are a month's.
# Figures stand in data.json, so that a change of policy and a change of a limit look different in review.
package credit.policy

import rego.v1

limits := data.credit.limits

decision := {
	"outcome": outcome,
	"reasons": [reason | some reason in (declines | referrals)],
}

# A decline beats a referral. What cannot be judged is referred: nothing is approved for want of data.
outcome := "decline" if {
	count(declines) > 0
} else := "refer" if {
	count(referrals) > 0
} else := "approve"

declines contains "applicant is under age" if {
	is_number(input.age) # Rego orders null before every number
	input.age < limits.minimumAge
}

declines contains "applicant is in arrears with the bank" if input.inArrears == true

declines contains "probability of default is too high" if {
	input.probabilityOfDefault > limits.probabilityOfDefault.decline
}

declines contains "debt service takes too much of the income" if debt_service > limits.debtService.decline

referrals contains "probability of default is in the range that people judge" if {
	input.probabilityOfDefault > limits.probabilityOfDefault.refer
	input.probabilityOfDefault <= limits.probabilityOfDefault.decline
}

referrals contains "debt service is in the range that people judge" if {
	debt_service > limits.debtService.refer
	debt_service <= limits.debtService.decline
}

referrals contains "amount is above what is approved automatically" if input.amount > limits.automaticAmount

referrals contains "income is not verified" if input.incomeVerified == false

referrals contains sprintf("%s is not positive", [field]) if {
	some field in ["amount", "income", "termMonths"]
	input[field] <= 0
}

referrals contains sprintf("%s is missing or no %s", [field, kind]) if {
	some field, kind in limits.required
	type_name(object.get(input, field, null)) != kind
}

# The share of the income that the new instalment and what is owed already would take.
debt_service := (input.obligations + instalment) / input.income if {
	is_number(input.obligations)
	is_number(input.income)
	input.income > 0
}

instalment := (input.amount * (1 + ((limits.flatRatePerYear * input.termMonths) / 12))) / input.termMonths if {
	is_number(input.amount)
	is_number(input.termMonths)
	input.termMonths > 0
}
