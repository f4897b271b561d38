"""Writes lib/base/powers.c: the first 128 bits of the powers of ten. Usage: make_powers.py > lib/base/powers.c"""


def leading_bits(k):
    """floor(10^k / 2^(floor(log2 10^k) - 127)), exactly."""
    if k >= 0:
        value = 10**k
        excess = value.bit_length() - 128
        return value >> excess if excess >= 0 else value << -excess
    divisor = 10**-k
    shift = divisor.bit_length() + 127  # 2^shift / divisor has 128 bits: a power of ten is no power of two
    return (1 << shift) // divisor


def main():
    print("/* Made by tests/checks/make_powers.py; do not edit. */")
    print('#include "base/powers.h"\n')
    print("#define P(high, low) {UINT64_C(high), UINT64_C(low)}\n")
    print("const tx_power tx_powers[TX_POWER_MAX - TX_POWER_MIN + 1] = {")
    row = []
    for k in range(-342, 325):
        bits = leading_bits(k)
        assert bits.bit_length() == 128
        row.append("P(0x%016x, 0x%016x)," % (bits >> 64, bits & (2**64 - 1)))
        if len(row) == 2 or k == 324:
            print("    " + " ".join(row))
            row = []
    print("};")


main()
