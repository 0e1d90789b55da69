# Writes visits.csv: the fireworks disaster trial in long form, one row for each child and wave.
#
#   Rscript make.R               from the R package mice (data set fdd)
#   Rscript make.R source.csv    from a CSV export of that data set

arguments <- commandArgs(trailingOnly = TRUE)
if (length(arguments) > 0) {
  wide <- read.csv(arguments[1])
} else {
  data("fdd", package = "mice")
  wide <- fdd
}
stopifnot(nrow(wide) == 52, !anyDuplicated(wide$id))

waves <- 1:3
# Name here = stem of the three columns in the source.
measures <- c(
  props = "prop", crops = "crop", masc = "masc", birleson = "bir", prs = "prs",
  ptsd_ri_parent = "yp", ptsd_ri_parent_b = "ypa", ptsd_ri_parent_c = "ypb",
  ptsd_ri_parent_d = "ypc",
  ptsd_ri_child = "yc", ptsd_ri_child_b = "yca", ptsd_ri_child_c = "ycb",
  ptsd_ri_child_d = "ycc")

child <- rep(seq_len(nrow(wide)), each = length(waves))
visits <- data.frame(
  subject_id = wide$id[child],
  arm = unname(c(E = "EMDR", C = "CBT")[as.character(wide$trt)])[child],
  per_protocol = unname(c(Y = "yes", N = "no")[as.character(wide$pp)])[child],
  parent_treatments = wide$trtp[child],
  sex = unname(c(F = "female", M = "male")[as.character(wide$sex)])[child],
  ethnicity = unname(c(NL = "NL", OT = "other")[as.character(wide$etn)])[child],
  age = wide$age[child],
  trauma_count = wide$trauma[child],
  wave = rep(waves, times = nrow(wide)))
for (name in names(measures)) {
  visits[[name]] <- as.vector(t(as.matrix(wide[, paste0(measures[[name]], waves)])))
}

# write.table gives 15 significant digits; pro-rated totals such as 30.9677419354839 have no more.
connection <- file("visits.csv", open = "wb")
write.table(
  visits, connection, sep = ",", na = "", quote = FALSE, row.names = FALSE, eol = "\n")
close(connection)
