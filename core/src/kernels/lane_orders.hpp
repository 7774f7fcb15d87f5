// Orders of their own of lanes side by side (skein/batch_order.hpp), drawn as they are needed: a position takes 1.7 ns,
// of at most 8 samples 0.7 ns, with replacement 1 ns (AVX-512, Zen 4).
#pragma once

#include "kernels/order_arguments.hpp"
#include "kernels/philox.hpp"

namespace skein::internal::kernels {
namespace {

/// A number for each lane of a row.
struct WordRow {
    alignas(64) std::uint32_t word[kRowLanes];
};

/// floor(word bound / 2^32) + first.
SKEIN_INLINE void scale_words(const std::uint32_t* words, std::uint32_t bound, std::uint32_t first, WordRow& result) {
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        result.word[lane] = first + static_cast<std::uint32_t>(std::uint64_t{words[lane]} * bound >> 32);
    }
}

/// Draw k of a run uses word k mod 4 of block k / 4. take(index, row) has each lane's samples at position + index.
template <class Take>
SKEIN_INLINE void draw_with_replacement(const LaneOrders& orders, std::size_t first, std::uint64_t position,
                                        std::size_t count, const Take& take) {
    RandomRow random;
    WordRow drawn;
    for (std::size_t index = 0; index < count; ++index) {
        const std::uint64_t at = position + index;
        if (index == 0 || at % 4 == 0) {
            random = philox_row(orders.seeds + first, random::Stream::replacement, OneSeed{at / 4});
        }
        scale_words(random.word[at % 4], static_cast<std::uint32_t>(orders.num_samples), 0, drawn);
        take(index, drawn);
    }
}

/// A shuffle as nibbles: nibble i is the sample at position i. 64 random bits are a fraction, whose digits in the mixed
/// radix n, n - 1, ..., 2 are the draws.
SKEIN_INLINE void shuffle_nibbles(const LaneOrders& orders, std::size_t first, std::uint64_t epoch, WordRow& order) {
    const RandomRow random =
        philox_row(orders.seeds + first, random::Stream::epoch_order, OneSeed{epoch * kOrderBlocks});
    const auto size = static_cast<std::uint32_t>(orders.num_samples);
    const WordPacket zero = {};
    for (std::size_t lane = 0; lane < kRowLanes; lane += kWordLanes) {
        WordPacket low = load_words(random.word[0], lane);  // the products use the lower halves
        WordPacket high = load_words(random.word[1], lane);
        WordPacket nibbles = zero + 0x76543210u;
        for (std::uint32_t position = 0; position + 1 < size; ++position) {
            const WordPacket bound = zero + (size - position);
            low = product(low, bound);
            high = product(high, bound) + (low >> 32);
            const WordPacket other = ((high >> 32) + position) << 2;
            const WordPacket difference = ((nibbles >> other) ^ (nibbles >> (4 * position))) & 15;
            nibbles ^= (difference << other) ^ (difference << (4 * position));
        }
        std::uint64_t wide[kWordLanes];
        std::memcpy(wide, &nibbles, sizeof wide);
        for (std::size_t at = 0; at < kWordLanes; ++at) {
            order.word[lane + at] = static_cast<std::uint32_t>(wide[at]);
        }
    }
}

template <class Take>
SKEIN_INLINE void draw_nibbles(const LaneOrders& orders, std::size_t first, std::uint64_t position, std::size_t count,
                               const Take& take) {
    std::uint64_t epoch = position / orders.num_samples;
    std::uint64_t place = position % orders.num_samples;
    WordRow order, drawn;
    for (std::size_t index = 0; index < count; ++index) {
        if (index == 0 || place == 0) {
            shuffle_nibbles(orders, first, epoch, order);
        }
        const int shift = static_cast<int>(4 * place);
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            drawn.word[lane] = order.word[lane] >> shift & 15;
        }
        take(index, drawn);
        if (++place == orders.num_samples) {
            place = 0;
            ++epoch;
        }
    }
}

/// Fisher and Yates' shuffle, a swap at each position. What stood at the position itself is not needed any more.
template <class Take>
SKEIN_INLINE void draw_from_table(const LaneOrders& orders, std::size_t first, std::uint64_t position,
                                  std::size_t count, const Take& take) {
    std::uint16_t* const table = orders.tables + first * orders.num_samples;
    std::uint64_t epoch = position / orders.num_samples;
    std::uint64_t place = position % orders.num_samples;
    RandomRow random;
    WordRow other, drawn;
    for (std::size_t index = 0; index < count; ++index) {
        if (place == 0) {
            for (std::size_t sample = 0; sample < orders.num_samples; ++sample) {
                for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
                    table[sample * kRowLanes + lane] = static_cast<std::uint16_t>(sample);
                }
            }
        }
        if (index == 0 || place % 4 == 0) {
            random = philox_row(orders.seeds + first, random::Stream::epoch_order,
                                OneSeed{epoch * kOrderBlocks + place / 4});
        }
        scale_words(random.word[place % 4], static_cast<std::uint32_t>(orders.num_samples - place),
                    static_cast<std::uint32_t>(place), other);
        const std::uint16_t* const here = table + place * kRowLanes;
        for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
            std::uint16_t& there = table[other.word[lane] * kRowLanes + lane];
            drawn.word[lane] = there;
            there = here[lane];
        }
        take(index, drawn);
        if (++place == orders.num_samples) {
            place = 0;
            ++epoch;
        }
    }
}

/// take(lane, index, row) has the samples of the lanes from `lane` on.
template <class Take>
SKEIN_INLINE void draw_orders(const LaneOrders& orders, std::uint64_t position, std::size_t count, const Take& take) {
    for (std::size_t first = 0; first < orders.num_lanes; first += kRowLanes) {
        const auto take_row = [&](std::size_t index, const WordRow& drawn) { take(first, index, drawn); };
        if (orders.replaces) {
            draw_with_replacement(orders, first, position, count, take_row);
        } else if (orders.num_samples <= kMaxRegisterSamples) {
            draw_nibbles(orders, first, position, count, take_row);
        } else {
            draw_from_table(orders, first, position, count, take_row);
        }
    }
}

void draw_indices(const LaneOrders& orders, std::uint64_t position, std::size_t count, std::uint64_t* indices,
                  std::size_t distance) {
    draw_orders(orders, position, count, [=](std::size_t first, std::size_t index, const WordRow& drawn) {
        for (std::size_t lane = 0; lane < kRowLanes && indices != nullptr; ++lane) {
            indices[index * distance + first + lane] = drawn.word[lane];
        }
    });
}

/// The first and the second numbers of a row of pairs.
#if defined(__AVX512F__)
SKEIN_INLINE void separate(const float* pairs, float* x, float* y) {
    const __m512 low = _mm512_load_ps(pairs), high = _mm512_load_ps(pairs + 16);
    const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_or_si512(even, _mm512_set1_epi32(1));
    _mm512_storeu_ps(x, _mm512_permutex2var_ps(low, even, high));
    _mm512_storeu_ps(y, _mm512_permutex2var_ps(low, odd, high));
}
SKEIN_INLINE void separate(const double* pairs, double* x, double* y) {
    const __m512i even = _mm512_set_epi64(14, 12, 10, 8, 6, 4, 2, 0);
    const __m512i odd = _mm512_or_si512(even, _mm512_set1_epi64(1));
    for (std::size_t lane = 0; lane < kRowLanes; lane += 8) {
        const __m512d low = _mm512_load_pd(pairs + 2 * lane), high = _mm512_load_pd(pairs + 2 * lane + 8);
        _mm512_storeu_pd(x + lane, _mm512_permutex2var_pd(low, even, high));
        _mm512_storeu_pd(y + lane, _mm512_permutex2var_pd(low, odd, high));
    }
}
#elif defined(__AVX2__)
/// 0, 2, 1, 3: a shuffle takes half of its result from each half of its operands.
SKEIN_INLINE __m256d in_order(__m256d halves) { return _mm256_permute4x64_pd(halves, 0xD8); }
SKEIN_INLINE void separate(const float* pairs, float* x, float* y) {
    for (std::size_t lane = 0; lane < kRowLanes; lane += 8) {
        const __m256 low = _mm256_load_ps(pairs + 2 * lane), high = _mm256_load_ps(pairs + 2 * lane + 8);
        _mm256_storeu_ps(x + lane, _mm256_castpd_ps(in_order(_mm256_castps_pd(_mm256_shuffle_ps(low, high, 0x88)))));
        _mm256_storeu_ps(y + lane, _mm256_castpd_ps(in_order(_mm256_castps_pd(_mm256_shuffle_ps(low, high, 0xDD)))));
    }
}
SKEIN_INLINE void separate(const double* pairs, double* x, double* y) {
    for (std::size_t lane = 0; lane < kRowLanes; lane += 4) {
        const __m256d low = _mm256_load_pd(pairs + 2 * lane), high = _mm256_load_pd(pairs + 2 * lane + 4);
        _mm256_storeu_pd(x + lane, in_order(_mm256_unpacklo_pd(low, high)));
        _mm256_storeu_pd(y + lane, in_order(_mm256_unpackhi_pd(low, high)));
    }
}
#else
template <class Scalar>
SKEIN_INLINE void separate(const Scalar* pairs, Scalar* x, Scalar* y) {
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        x[lane] = pairs[2 * lane];
        y[lane] = pairs[2 * lane + 1];
    }
}
#endif

/// A row's x and y, from pairs (x, y).
template <class Scalar>
SKEIN_INLINE void gather_pairs(const Scalar* pairs, const WordRow& drawn, Scalar* x, Scalar* y) {
    alignas(64) Scalar gathered[2 * kRowLanes];
    for (std::size_t lane = 0; lane < kRowLanes; ++lane) {
        std::memcpy(gathered + 2 * lane, pairs + 2 * std::size_t{drawn.word[lane]}, 2 * sizeof(Scalar));
    }
    separate(gathered, x, y);
}

template <class Scalar>
void draw_samples(const LaneOrders& orders, const Scalar* pairs, std::uint64_t position, std::size_t count, Scalar* x,
                  Scalar* y, std::size_t distance) {
    draw_orders(orders, position, count, [=](std::size_t first, std::size_t index, const WordRow& drawn) {
        gather_pairs(pairs, drawn, x + index * distance + first, y + index * distance + first);
    });
}

}  // namespace
}  // namespace skein::internal::kernels
