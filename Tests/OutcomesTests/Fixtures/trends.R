# One lm(score ~ time) a person, and one least-squares line in long arithmetic -> trends.json
#
# Run from this folder: `Rscript trends.R`. It borrows the JSON writer of the estimation fixtures.
borrowed <- "../../EstimationTests/Fixtures"
home <- setwd(borrowed)
source("common.R")
setwd(home)

weeks_per_month <- 365.25 / 12 / 7

line <- function(id, time, score, per_week) {
  fit <- lm(score ~ time)
  row <- list(id = as.character(id), visits = length(score))
  if (length(score) < 3 || length(unique(time)) < 2 || length(unique(score)) < 2) return(row)
  s <- suppressWarnings(summary(fit))
  b <- s$coefficients["time", ]
  limits <- confint(fit)["time", ]
  c(row, list(
    slope = b[["Estimate"]] / per_week, std_err = b[["Std. Error"]] / per_week, t = b[["t value"]],
    df = fit$df.residual, p = b[["Pr(>|t|)"]], lower = limits[[1]] / per_week,
    upper = limits[[2]] / per_week, r_squared = s$r.squared, sigma = s$sigma))
}

people <- function(data, id, time, score, per_week) {
  data <- data[!is.na(data[[score]]), ]
  lapply(unique(data[[id]]), function(person) {
    own <- data[data[[id]] == person, ]
    line(person, own[[time]], own[[score]], per_week)
  })
}

# A diary without random numbers: 200 entries at uneven times, a trend, a slow wave and a quick one.
entry <- 1:200
diary <- data.frame(
  subject_id = "diary", day = entry * 1.5 + round(sin(entry), 1),
  score = round(14 - 0.03 * entry + 4 * sin(entry / 9) + 3 * cos(entry * entry), 1))
write.csv(diary, "diary.csv", row.names = FALSE, quote = FALSE)
diary <- read.csv("diary.csv")

btheb <- read.csv("../../../Data/btheb/visits.csv")
sleep <- read.csv(file.path(borrowed, "data", "sleepstudy.csv"))

note <- paste(
  "slope, its error and limits per week (7 days; a month has 365.25 / 12 days); people with fewer",
  "than three visits, one time or one score have no test here")
cases <- list(
  btheb = case("Data/btheb/visits.csv", "lm(bdi ~ month) for each subject_id",
    list(people = people(btheb, "subject_id", "month", "bdi", weeks_per_month)), 12,
    "rows with bdi present", note),
  sleepstudy = case("sleepstudy", "lm(reaction ~ days) for each subject",
    list(people = people(sleep, "subject", "days", "reaction", 1 / 7)), 12, "", note),
  diary = case("diary.csv", "lm(score ~ day)",
    list(people = people(diary, "subject_id", "day", "score", 1 / 7)), 12, "", note))

write_fixture("trends.json", "trends.R", character(), cases,
  "diary.csv is written by the same script, from sines alone.")
