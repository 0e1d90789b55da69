#ifndef TANDEM_ROW_KERNELS_H
#define TANDEM_ROW_KERNELS_H

#include <stddef.h>
#include <stdint.h>

/// Instruction sets that the kernels are compiled for.
enum { TANDEM_ROWS_PLAIN = 0, TANDEM_ROWS_AVX2 = 1, TANDEM_ROWS_AVX512 = 2 };

/// The best instruction set that this processor has.
int32_t tandem_rows_level(void);

/// Adds `X'WX` to `product`, its lower half: for columns `i >= j` the element `product[i + j * columns]`.
/// Elements above the diagonal may be changed too.
///
/// `x` holds `columns` columns of `rows` elements, `stride` elements apart. `weights` has one number a row,
/// of either sign, or is null where all are 1.
void tandem_cross_product(
  int32_t level, size_t rows, size_t columns, const double *x, size_t stride, const double *weights,
  double *product);

/// Sums over rows of a logistic model.
typedef struct {
  /// `sum log(1 + exp(-|eta|)) + sum over the rows on the wrong side |eta|`: half the deviance.
  double half_deviance;
  /// `sum (y - mean)^2 / (mean (1 - mean))`.
  double pearson;
  /// The largest `|eta|`.
  double farthest;
} tandem_logistic_sums;

/// The information `mean (1 - mean)` and the score `y - mean` of rows whose response is 0 or 1.
void tandem_logistic_rows(
  int32_t level, size_t rows, const double *response, const double *predictor, double *information,
  double *score, tandem_logistic_sums *sums);

/// Sums over rows of a Poisson model with log link.
typedef struct {
  /// `sum y log(y / mean) - (y - mean)`: half the deviance.
  double half_deviance;
  /// `sum (y - mean)^2 / mean`.
  double pearson;
  /// The largest `|eta|`; the sums mean nothing where it is above 700.
  double farthest;
} tandem_poisson_sums;

/// The information, which is the mean, and the score `y - mean` of rows with a response of at least 0.
void tandem_poisson_rows(
  int32_t level, size_t rows, const double *response, const double *predictor, double *information,
  double *score, tandem_poisson_sums *sums);

/// `sum (x - shift)`; not a number, or infinite, if an element is.
double tandem_shifted_sum(int32_t level, size_t rows, const double *x, double shift);

#endif
