// Marks a function whose loops are worth wide registers.
#pragma once

// Compiled for AVX2, too, which is taken where the processor has it. Without FMA: the results are
// the same on every x86-64 machine. Not under ThreadSanitizer, which is not ready yet when the
// loader chooses.
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_THREAD__)
#define DETAILBASE_VECTORIZED __attribute__((target_clones("avx2", "default")))
#else
#define DETAILBASE_VECTORIZED
#endif
