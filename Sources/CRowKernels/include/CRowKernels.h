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
/// Replaces numbers up to 708 by their exponentials; those below -708 are taken as that.
void tandem_exponentials(int32_t level, size_t rows, double *x);

// People of a mixed model, eight side by side: each number of eight people stands in eight consecutive doubles. For each
// octet the numbers are the elements (a, b), a >= b, of `Z'WZ`, then for each of the `width` columns of Z its products with
// the `columns` columns of [X y], then how many people each stands for.

/// Writes the sums of each person into its lane; how many people each stands for is left as it is.
///
/// The rows of person i are `starts[i]` up to `starts[i + 1]`. `scratch` has the numbers of one person.
void tandem_person_sums(
  int32_t level, size_t people, const size_t *starts, size_t rows, size_t width, const double *random,
  size_t columns, const double *mean, const double *weights, double *scratch, double *lanes);

/// The determinant of R and the products `B'B` with `B = R^-1 L'Z'W[X y]` and `R R' = I + L'Z'WZ L`.
///
/// `factor` is L, row after row. `scratch` has octets: 3 width^2 and columns of work, then elements (i, j), i >= j, of the
/// products, to which is added. `determinants` has eight numbers an octet.
void tandem_person_criterion(
  int32_t level, size_t octets, size_t width, size_t columns, const double *lanes, const double *factor,
  double *scratch, double *determinants);

/// Sums of products of the elements of `T = Z'H^-1 Z`, `Psi = Z'H^-1X A^-1 X'H^-1Z` and `u = Z'H^-1(y - X beta)`.
///
/// `inverse_root` is the upper triangle whose product with its transpose is A^-1, column after column. With m = width
/// (width + 1) / 2 and p = columns - 1, `sums` has octets, to which is added: the elements of T, Psi and uu' (m each), T's
/// products with T, Psi and uu' (m^2 each), `G_a u_b` (width^2 p) and, with `slopes`, elements (i, j), i >= j, of
/// `G_a'G_b + G_b'G_a` for a > b and of `G_a'G_a`. `scratch` has 3 width^2 + width columns + 3 m + width max(p, width).
void tandem_person_derivatives(
  int32_t level, size_t octets, size_t width, size_t columns, const double *lanes, const double *factor,
  const double *beta, const double *inverse_root, int32_t slopes, double *scratch, double *sums);

#endif
