// Prints the instruction set in use, then the available ones; what it is may be chosen by SKEIN_INSTRUCTION_SET.
#include <cstdio>
#include <stdexcept>
#include <string>

#include "skein/instruction_set.hpp"

int main() {
    try {
        std::printf("%s\n", std::string(skein::instruction_set()).c_str());
        for (const std::string_view name : skein::available_instruction_sets()) {
            std::printf("%s\n", std::string(name).c_str());
        }
        return 0;
    } catch (const std::invalid_argument& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
