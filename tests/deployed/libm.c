/*
 * Activations by the C library, as people write them: libm NAME POINTS RESULTS. REAL is float or double, and RESULT the
 * same, or long double for values that are nearly exact.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <tgmath.h>

static RESULT value(const char *name, RESULT z)
{
    const RESULT one = 1, root = (RESULT)0.70710678118654752440084436210484903928L;
    if (!strcmp(name, "sigmoid")) return one / (one + exp(-z));
    if (!strcmp(name, "tanh")) return tanh(z);
    if (!strcmp(name, "softplus")) return fmax(z, 0 * one) + log1p(exp(-fabs(z)));
    if (!strcmp(name, "softsign")) return z / (one + fabs(z));
    if (!strcmp(name, "elu")) return z > 0 ? z : expm1(z);
    if (!strcmp(name, "elu by exp")) return z > 0 ? z : exp(z) - one;
    if (!strcmp(name, "silu")) return z / (one + exp(-z));
    if (!strcmp(name, "gelu")) return z / 2 * erfc(-z * root);
    if (!strcmp(name, "gelu by erf")) return z / 2 * (one + erf(z * root));
    return one / 0;
}

int main(int n, char **v)
{
    FILE *in, *out;
    REAL z;
    if (n != 4) return 2;
    in = fopen(v[2], "rb");
    out = fopen(v[3], "wb");
    if (!in || !out) return 3;
    while (fread(&z, sizeof z, 1, in) == 1) {
        RESULT y = value(v[1], z);
        fwrite(&y, sizeof y, 1, out);
    }
    fclose(in);
    return fclose(out) == 0 ? 0 : 4;
}
