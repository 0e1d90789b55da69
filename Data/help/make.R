# Writes episodes.csv: the HELP study, one row for each person.
#
#   Rscript make.R               from the R package mosaicData (data set HELPrct)
#   Rscript make.R source.csv    from a CSV export of that data set

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) > 0) {
  source <- read.csv(arguments[1], na.strings = c("", "NA"))
} else {
  data("HELPrct", package = "mosaicData")
  source <- HELPrct
}
stopifnot(
  nrow(source) == 453,
  !anyDuplicated(source$id),
  identical(as.numeric(source$d1), as.numeric(source$hospitalizations)),
  identical(is.na(source$dayslink), is.na(source$linkstatus)))

# Whole numbers without an exponent, other numbers with the digits needed to read them back.
decimal <- function(value) {
  text <- vapply(value, function(one) {
    for (digits in 1:17) {
      candidate <- format(one, digits = digits, scientific = FALSE)
      if (as.numeric(candidate) == one) break
    }
    candidate
  }, "")
  unname(text)
}
plain <- function(column) {
  if (!is.numeric(column)) return(as.character(column))
  ifelse(is.na(column), NA, decimal(ifelse(is.na(column), 0, column)))
}

episodes <- data.frame(
  subject_id = source$id,
  treatment = ifelse(source$treat == "yes", "HELP clinic", "usual care"),
  substance = source$substance,
  sex = source$sex,
  age = source$age,
  race = source$racegrp,
  homeless = ifelse(source$homeless == "homeless", "yes", "no"),
  cesd = source$cesd,
  mcs = source$mcs,
  pcs = source$pcs,
  suicidal_thoughts = source$g1b,
  friend_support = source$pss_fr,
  drinks_average = source$i1,
  drinks_maximum = source$i2,
  drug_consequences = source$indtot,
  drug_risk = source$drugrisk,
  sex_risk = source$sexrisk,
  prior_detox = source$e2b,
  hospitalisations = source$d1,
  bsas_treatment = source$satreat,
  days = source$daysanysub,
  relapse = source$anysubstatus,
  days_to_link = source$dayslink,
  linked = source$linkstatus)
episodes[] <- lapply(episodes, plain)

connection <- file("episodes.csv", open = "wb")
write.table(
  episodes, connection, sep = ",", na = "", quote = FALSE, row.names = FALSE, eol = "\n")
close(connection)
