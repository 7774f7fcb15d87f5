# What every target of ours is compiled with.

# Warnings, for our own targets only: they never reach users.
function(skein_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    # GCC 12 sees overlapping copies in std::string + that are not there (GCC bug 105651).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>)
  if(SKEIN_WARNINGS_AS_ERRORS)
    target_compile_options(${target} PRIVATE -Werror)
  endif()
endfunction()

# Exact floating point, whatever flags the surrounding build brings: the same bits on every CPU depend on it.
# -fno-math-errno changes no result: it lets square roots be one instruction.
function(skein_exact_floating_point target)
  target_compile_options(${target} PRIVATE -fno-fast-math -ffp-contract=off -fno-math-errno)
endfunction()
