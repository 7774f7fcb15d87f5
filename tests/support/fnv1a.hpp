/// FNV-1a, 64 bits (Fowler, Noll, Vo): what golden hashes are made with.
#pragma once

#include <cstddef>
#include <cstdint>

class Fnv1a {
public:
    template <class Number>
    void add(const Number& number) {
        const unsigned char* bytes = reinterpret_cast<const unsigned char*>(&number);
        for (std::size_t byte = 0; byte < sizeof(Number); ++byte) {
            hash_ = (hash_ ^ bytes[byte]) * 0x100000001b3u;
        }
    }
    std::uint64_t hash() const { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};
