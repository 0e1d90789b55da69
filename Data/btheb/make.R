# Writes visits.csv: Beat the Blues in long form, one row for each person and planned visit.
#
#   Rscript make.R               from the R package HSAUR3 (data set BtheB)
#   Rscript make.R source.csv    from a CSV export of that data set (dots or underscores in names)

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) > 0) {
  wide <- read.csv(arguments[1])
} else {
  data("BtheB", package = "HSAUR3")
  wide <- BtheB
}
names(wide) <- gsub(".", "_", names(wide), fixed = TRUE)

months <- c(0, 2, 3, 5, 8)
columns <- c("bdi_pre", "bdi_2m", "bdi_3m", "bdi_5m", "bdi_8m")
stopifnot(nrow(wide) == 100, columns %in% names(wide))

treatment <- as.character(wide$treatment)
drug <- as.character(wide$drug)
modality <- ifelse(
  treatment == "BtheB",
  ifelse(drug == "Yes", "combined", "therapy"),
  ifelse(drug == "Yes", "medication", "neither"))

person <- rep(seq_len(nrow(wide)), each = length(months))
visits <- data.frame(
  subject_id = person,
  treatment = treatment[person],
  drug = drug[person],
  modality = modality[person],
  length = as.character(wide$length)[person],
  bdi_pre = wide$bdi_pre[person],
  month = rep(months, times = nrow(wide)),
  bdi = as.vector(t(as.matrix(wide[, columns]))))

connection <- file("visits.csv", open = "wb")
write.table(
  visits, connection, sep = ",", na = "", quote = FALSE, row.names = FALSE, eol = "\n")
close(connection)
