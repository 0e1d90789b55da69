// The two C interfaces that LinearAlgebra calls; Debian's libopenblas-dev and liblapacke-dev provide them.
#include <cblas.h>
#include <lapacke.h>
