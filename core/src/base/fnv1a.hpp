// FNV-1a, 64 bits (Fowler, Noll, Vo): checksums of files, golden hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skein::internal {

class Fnv1a {
public:
    Fnv1a& add_bytes(const unsigned char* bytes, std::size_t count) noexcept {
        for (std::size_t byte = 0; byte < count; ++byte) {
            hash_ = (hash_ ^ bytes[byte]) * 0x100000001b3u;
        }
        return *this;
    }
    Fnv1a& add_text(std::string_view text) noexcept {
        return add_bytes(reinterpret_cast<const unsigned char*>(text.data()), text.size());
    }
    template <class Number>
    Fnv1a& add(const Number& number) noexcept {
        return add_bytes(reinterpret_cast<const unsigned char*>(&number), sizeof number);
    }
    std::uint64_t hash() const noexcept { return hash_; }

private:
    std::uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace skein::internal
