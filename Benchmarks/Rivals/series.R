# Lines and trend tests of single series by R: cor.test(method = "kendall"), MASS::rlm and nlme::gls.
#
#   Rscript Benchmarks/Rivals/series.R OUT.json     (in the project's root)
#
# The series are people of Data/btheb/visits.csv (tied, few), of sleepstudy (ten days, reaction times without ties), a diary of 200 days
# at uneven times, the same by whole days with some left out, and its first 60 in order, one day apart.
suppressMessages({library(MASS); library(nlme); library(jsonlite)})
series <- list()
sleep <- read.csv("Tests/EstimationTests/Fixtures/data/sleepstudy.csv")
for (id in unique(sleep$subject)[c(1, 2, 9, 17)]) {
  own <- sleep[sleep$subject == id, ]
  series[[paste0("sleepstudy ", id)]] <- list(t = own$days, y = own$reaction)
}
btheb <- read.csv("Data/btheb/visits.csv")
for (id in c("1", "4", "25")) {
  own <- btheb[btheb$subject_id == id & !is.na(btheb$bdi), ]
  if (nrow(own) > 2) series[[paste0("btheb ", id)]] <- list(t = own$month, y = own$bdi)
}
diary <- read.csv("Tests/OutcomesTests/Fixtures/diary.csv")
series[["diary"]] <- list(t = diary$day, y = diary$score)
whole <- diary[!duplicated(floor(diary$day)), ]
series[["diary, whole days"]] <- list(t = floor(whole$day), y = whole$score)
series[["diary, in order"]] <- list(t = 0:59, y = diary$score[1:60])
set.seed(5)
noise <- as.numeric(arima.sim(list(ar = -0.5), 80))
series[["negative"]] <- list(t = 0:79, y = round(20 - 0.05 * (0:79) + noise, 2))

kendall <- function(s) {
  test <- suppressWarnings(cor.test(s$t, s$y, method = "kendall"))
  list(tau = unname(test$estimate), p = test$p.value, exact = names(test$statistic) == "T")
}
robust <- function(s, psi) {
  fit <- rlm(y ~ t, data = s, psi = psi, maxit = 2000, acc = 1e-12)
  table <- summary(fit)$coefficients
  list(slope = table[2, 1], std_err = table[2, 2], scale = fit$s, intercept = table[1, 1])
}
autoregressive <- function(s) {
  d <- data.frame(t = s$t, y = s$y)
  gaps <- diff(d$t)
  regular <- all(abs(gaps / min(gaps) - round(gaps / min(gaps))) < 1e-6)
  structure <- if (regular) {
    d$place <- as.integer(round((d$t - d$t[1]) / min(gaps)))
    corAR1(form = ~place)
  } else corCAR1(form = ~t)
  fit <- try(gls(y ~ t, d, correlation = structure, method = "REML",
                 control = glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 500)), silent = TRUE)
  if (inherits(fit, "try-error")) { message(fit); return(NULL) }
  table <- summary(fit)$tTable
  phi <- coef(fit$modelStruct$corStruct, unconstrained = FALSE)
  list(regular = regular, phi = unname(phi), slope = table[2, 1], std_err = table[2, 2], p = table[2, 4],
       sigma = fit$sigma, log_lik = as.numeric(logLik(fit)))
}
result <- lapply(series, function(s) {
  own <- list(times = s$t, values = s$y, kendall = kendall(s), huber = robust(s, psi.huber),
              bisquare = robust(s, psi.bisquare))
  if (length(s$t) >= 10) own$autoregressive <- autoregressive(s)
  own
})
provenance <- list(
  software = R.version.string,
  packages = list(MASS = as.character(packageVersion("MASS")), nlme = as.character(packageVersion("nlme"))),
  script = "Benchmarks/Rivals/series.R", date = as.character(Sys.Date()))
writeLines(toJSON(list(provenance = provenance, cases = result), digits = NA, auto_unbox = TRUE, pretty = TRUE),
           commandArgs(TRUE)[1])
