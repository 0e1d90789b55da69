# Writes limited-pivot-qr.json: which columns R's qr() keeps, and the fitted values it gives.
# Run in this folder, with base R: Rscript limited-pivot-qr.R

numbers <- function(v) paste0("[", paste(sprintf("%.17g", v), collapse = ","), "]")
cases <- character()
add <- function(name, x, y, tol = 1e-7) {
  x <- unname(as.matrix(x)); storage.mode(x) <- "double"
  f <- qr(x, tol = tol)
  kept <- f$pivot[seq_len(f$rank)]
  columns <- apply(x, 2, numbers)
  cases[length(cases) + 1] <<- paste0(
    '{"name":"', name, '","tolerance":', tol, ',\n"columns":[', paste(columns, collapse = ",\n"),
    '],\n"response":', numbers(y), ',"kept":', numbers(kept - 1),
    ',"aliased":', numbers(setdiff(seq_len(ncol(x)), kept) - 1),
    ',\n"fitted":', numbers(qr.fitted(f, y)), "}")
}

y12 <- c(3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8)
i <- 1:12
add("two factors with an empty cell and their interaction",
    model.matrix(~ a * b, data.frame(a = factor(c(1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3)),
                                     b = factor(c(1, 2, 3, 1, 1, 1, 2, 2, 2, 3, 3, 3)))), y12)
add("intercept, all dummies, covariate, doubled covariate",
    cbind(1, sapply(1:3, function(k) as.numeric(i %% 3 + 1 == k)), i, 2 * i), y12)
add("age, period, cohort", cbind(1, i %% 5, i, i %% 5 - i, sqrt(i)), y12)
add("remainders of 1e-6 and 1e-8 of the norm", cbind(i, i + 1e-6 * cos(i) * 20, i + 1e-8 * sin(i)), y12)
add("powers 0 to 4 of calendar years", outer(2000 + i, 0:4, `^`), y12)
add("powers 0 to 10 of 1 to 12", outer(i, 0:10, `^`), y12)
add("powers 0 to 10 of -8 to -2.5", outer(-8.5 + i / 2, 0:10, `^`), y12)
add("powers 0 to 10 of -8 to -2.5, tolerance 1e-11", outer(-8.5 + i / 2, 0:10, `^`), y12, 1e-11)
add("zero columns and repeats", cbind(0, i, 0, i, sin(i), i + sin(i)), y12)
add("more columns than rows", matrix(c(1, 1, 1, 2, 2, 2, 1, 2, 3, 0, 1, 4, 5, 1, 0), 3), c(1, 2, 4))

cat('{"software":"R","version":"', R.version.string, '","call":"f <- qr(x, tol = tolerance); qr.fitted(f, y)",',
    '"date":"', format(Sys.Date()), '","cases":[\n', paste(cases, collapse = ",\n"), "]}\n",
    sep = "", file = "limited-pivot-qr.json")
