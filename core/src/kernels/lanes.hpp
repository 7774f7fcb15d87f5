// The only arithmetic that kernels may use: rows of lanes, and the operations on them that are correctly rounded on
// every CPU (add, subtract, multiply, divide, square root, fused multiply-add, compare, select, bits of the number).
//
// A row is as many lanes as the reduction has slots (16: kernels/row_lanes.hpp), whatever the instruction set; it is
// held in as many packets as that takes: two of floats or four of doubles with AVX2, half as many with AVX-512, twice
// as many with NEON, and sixteen packets of one lane each in the portable variant, which uses no vector instruction at
// all and judges the bits of the others. So no result can depend on the width of a vector.
#pragma once

#include <cstddef>
#include <limits>
#include <utility>

#include "kernels/packets.hpp"
#include "kernels/row_lanes.hpp"

namespace skein::internal::kernels {
namespace {

// ---- Rows --------------------------------------------------------------------------------------------------------

template <class Scalar>
struct Row {
    static constexpr std::size_t kNumPackets = kRowLanes / kPacketLanes<Scalar>;
    using Indices = std::make_index_sequence<kNumPackets>;
    Packet<Scalar> packet[kNumPackets];
};
template <class Scalar>
struct Mask {
    PacketMask<Scalar> packet[Row<Scalar>::kNumPackets];
};

// Applies a packet operation to every packet of its rows. Written as a pack expansion, not a loop, so that rows stay
// in registers at every optimisation level that inlines.
template <std::size_t kPacket, class Operation, class... Rows>
SKEIN_INLINE auto at_packet(Operation operation, const Rows&... rows) {
    return operation(rows.packet[kPacket]...);
}
template <class Result, class Operation, std::size_t... kPacket, class... Rows>
SKEIN_INLINE Result map_packets(std::index_sequence<kPacket...>, Operation operation, const Rows&... rows) {
    return {{at_packet<kPacket>(operation, rows...)...}};
}
#define SKEIN_MAP(Result, operation, ...) \
    map_packets<Result<Scalar>>(          \
        typename Row<Scalar>::Indices{}, [](auto... p) { return operation(p...); }, __VA_ARGS__)

template <class Scalar, std::size_t... kPacket>
SKEIN_INLINE Row<Scalar> load_packets(const Scalar* from, std::index_sequence<kPacket...>) {
    return {{packet::load<Scalar>(from + kPacket * kPacketLanes<Scalar>)...}};
}
template <class Scalar, std::size_t... kPacket>
SKEIN_INLINE void store_packets(Scalar* to, const Row<Scalar>& a, std::index_sequence<kPacket...>) {
    (packet::store<Scalar>(to + kPacket * kPacketLanes<Scalar>, a.packet[kPacket]), ...);
}
template <class Scalar, std::size_t... kPacket>
SKEIN_INLINE Row<Scalar> broadcast_packets(Scalar a, std::index_sequence<kPacket...>) {
    const Packet<Scalar> one = packet::broadcast<Scalar>(a);
    return {{((void)kPacket, one)...}};
}

template <class Scalar>
SKEIN_INLINE Row<Scalar> load(const Scalar* from) {
    return load_packets(from, typename Row<Scalar>::Indices{});
}
template <class Scalar>
SKEIN_INLINE void store(Scalar* to, const Row<Scalar>& a) {
    store_packets(to, a, typename Row<Scalar>::Indices{});
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> broadcast(Scalar a) {
    return broadcast_packets(a, typename Row<Scalar>::Indices{});
}

template <class Scalar>
SKEIN_INLINE Row<Scalar> operator+(const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Row, packet::add, a, b);
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> operator-(const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Row, packet::subtract, a, b);
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> operator*(const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Row, packet::multiply, a, b);
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> operator/(const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Row, packet::divide, a, b);
}
/// a * b + c, rounded once.
template <class Scalar>
SKEIN_INLINE Row<Scalar> fused(const Row<Scalar>& a, const Row<Scalar>& b, const Row<Scalar>& c) {
    return SKEIN_MAP(Row, packet::fused, a, b, c);
}
/// c - a * b, rounded once.
template <class Scalar>
SKEIN_INLINE Row<Scalar> negative_fused(const Row<Scalar>& a, const Row<Scalar>& b, const Row<Scalar>& c) {
    return SKEIN_MAP(Row, packet::negative_fused, a, b, c);
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> square_root(const Row<Scalar>& a) {
    return SKEIN_MAP(Row, packet::square_root, a);
}

/// a < b; false if either is NaN.
template <class Scalar>
SKEIN_INLINE Mask<Scalar> less(const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Mask, packet::less, a, b);
}
template <class Scalar>
SKEIN_INLINE Mask<Scalar> equal(const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Mask, packet::equal, a, b);
}
/// a if the mask is set, else b.
template <class Scalar>
SKEIN_INLINE Row<Scalar> select(const Mask<Scalar>& mask, const Row<Scalar>& a, const Row<Scalar>& b) {
    return SKEIN_MAP(Row, packet::select, mask, a, b);
}
/// limit if limit < a, else a: NaN in a is kept, and so is the sign of a zero.
template <class Scalar>
SKEIN_INLINE Row<Scalar> at_most(const Row<Scalar>& a, const Row<Scalar>& limit) {
    return SKEIN_MAP(Row, packet::at_most, a, limit);
}

/// limit if a < limit, else a: NaN in a is kept, and so is the sign of a zero.
template <class Scalar>
SKEIN_INLINE Row<Scalar> at_least(const Row<Scalar>& a, const Row<Scalar>& limit) {
    return SKEIN_MAP(Row, packet::at_least, a, limit);
}

/// The lanes added in pairs (s, s + n/2), then (s, s + n/4), ...
template <class Scalar>
SKEIN_INLINE Scalar sum_lanes(Row<Scalar> a) {
    for (std::size_t half = Row<Scalar>::kNumPackets / 2; half != 0; half /= 2) {
        for (std::size_t index = 0; index < half; ++index) {
            a.packet[index] = packet::add(a.packet[index], a.packet[index + half]);
        }
    }
    return packet::sum_lanes<Scalar>(a.packet[0]);
}

// ---- Bits of the numbers: no rounding ------------------------------------------------------------------------------

/// Applies an operation on the bits (as signed integers of the same width) to every lane.
template <class Scalar, class Operation, class... Rows>
SKEIN_INLINE Row<Scalar> map_bits(Operation operation, const Rows&... rows) {
    return map_packets<Row<Scalar>>(
        typename Row<Scalar>::Indices{},
        [operation](auto... p) { return packet::from_bits<Scalar>(operation(packet::bits<Scalar>(p)...)); }, rows...);
}
/// The same on unsigned integers: sums wrap, a shift to the right brings in zeros.
template <class Scalar, class Operation, class... Rows>
SKEIN_INLINE Row<Scalar> map_unsigned_bits(Operation operation, const Rows&... rows) {
    return map_packets<Row<Scalar>>(
        typename Row<Scalar>::Indices{},
        [operation](auto... p) {
            return packet::from_unsigned_bits<Scalar>(operation(packet::unsigned_bits<Scalar>(p)...));
        },
        rows...);
}
template <class Scalar>
constexpr typename Lanes<Scalar>::Bits kSignBit = std::numeric_limits<typename Lanes<Scalar>::Bits>::min();

template <class Scalar>
SKEIN_INLINE Row<Scalar> absolute(const Row<Scalar>& a) {
    return map_bits<Scalar>([](auto p) { return p & ~kSignBit<Scalar>; }, a);
}
template <class Scalar>
SKEIN_INLINE Row<Scalar> negated(const Row<Scalar>& a) {
    return map_bits<Scalar>([](auto p) { return p ^ kSignBit<Scalar>; }, a);
}
/// The sign of `sign` given to a magnitude whose own sign is plus.
template <class Scalar>
SKEIN_INLINE Row<Scalar> with_sign(const Row<Scalar>& magnitude, const Row<Scalar>& sign) {
    return map_bits<Scalar>([](auto m, auto s) { return m | (s & kSignBit<Scalar>); }, magnitude, sign);
}
/// a with every NaN replaced by the one positive quiet NaN.
template <class Scalar>
SKEIN_INLINE Row<Scalar> with_one_nan(const Row<Scalar>& a) {
    return select(equal(a, a), a, broadcast(std::numeric_limits<Scalar>::quiet_NaN()));
}

}  // namespace
}  // namespace skein::internal::kernels
