# Makes german-credit-lender.csv and german-credit-platform.csv of the data set GermanCredit of the R package caret.
#
#   Rscript make-german-credit.R GermanCredit.RData OUTPUT-FOLDER
#
# caret holds the Statlog German credit data with its categories as indicator columns (one for each value). Indicators
# of one category are joined into one text column again; nothing else is changed. README.md says what is left out.

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) != 2) stop("usage: Rscript make-german-credit.R GermanCredit.RData OUTPUT-FOLDER")
load(arguments[1])
stopifnot(nrow(GermanCredit) == 1000, sum(GermanCredit$Class == "Bad") == 300)

category <- function(name) {
  prefix <- paste0(name, ".")
  columns <- names(GermanCredit)[startsWith(names(GermanCredit), prefix)]
  indicators <- as.matrix(GermanCredit[columns])
  stopifnot(length(columns) > 1, all(rowSums(indicators) == 1))
  substring(columns, nchar(prefix) + 1)[max.col(indicators)]
}

id <- sprintf("debtor-%04d", seq_len(nrow(GermanCredit)))

lender <- data.frame(
  id = id,
  y = as.integer(GermanCredit$Class == "Bad"),
  amount = GermanCredit$Amount,
  duration_months = GermanCredit$Duration,
  installment_rate_percentage = GermanCredit$InstallmentRatePercentage,
  existing_credits = GermanCredit$NumberExistingCredits,
  purpose = category("Purpose"),
  credit_history = category("CreditHistory"),
  other_debtors = category("OtherDebtorsGuarantors"),
  other_installment_plans = category("OtherInstallmentPlans")
)

platform <- data.frame(
  id = id,
  checking_account = category("CheckingAccountStatus"),
  savings_account = category("SavingsAccountBonds"),
  employed_years = category("EmploymentDuration"),
  job = category("Job"),
  housing = category("Housing"),
  property = category("Property"),
  age = GermanCredit$Age,
  residence_years = GermanCredit$ResidenceDuration,
  people_maintained = GermanCredit$NumberPeopleMaintenance,
  # caret's indicator is 1 for attribute value A191, "none".
  telephone = ifelse(GermanCredit$Telephone == 1, "none", "registered")
)

write_csv <- function(table, name) {
  file <- file(file.path(arguments[2], name), open = "wb")
  write.csv(table, file, row.names = FALSE, quote = FALSE, eol = "\n")
  close(file)
}

write_csv(lender, "german-credit-lender.csv")
# The platform's rows come in another order, as they would.
write_csv(platform[rev(seq_len(nrow(platform))), ], "german-credit-platform.csv")
