#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static void texts_compare_by_bytes(void **state) {
  (void)state;
  triax_text none = {NULL, 0};
  assert_int_equal(triax_text_of("arr").length, 3);
  assert_null(triax_text_of(NULL).bytes);
  assert_true(tx_text_equal(none, TX_TEXT("")));
  assert_true(tx_text_equal(TX_TEXT("arr"), triax_text_of("arr")));
  assert_false(tx_text_equal(TX_TEXT("arr"), TX_TEXT("arx")));
  assert_false(tx_text_equal(TX_TEXT("arr"), TX_TEXT("ar")));
  assert_true(tx_text_equal_c(TX_TEXT("csm"), "csm"));
  assert_true(tx_text_compare(none, TX_TEXT("")) == 0);
  assert_true(tx_text_compare(TX_TEXT("a"), TX_TEXT("ab")) < 0);
  assert_true(tx_text_compare(TX_TEXT("b"), TX_TEXT("ab")) > 0);
  assert_true(tx_text_compare(TX_TEXT("z"), TX_TEXT("\xC3\xA9")) < 0); /* bytes are unsigned */
  assert_true(tx_text_compare(TX_TEXT("same"), TX_TEXT("same")) == 0);
}

static void hashes_spread(void **state) {
  (void)state;
  /* All texts of 0 to 40 zeros, and all that differ from the longest in one bit. */
  static uint64_t seen[41 + 40 * 8];
  char bytes[40] = {0};
  size_t count = 0;
  for (size_t length = 0; length <= 40; length++) {
    seen[count++] = tx_text_hash((triax_text){bytes, length});
  }
  for (size_t bit = 0; bit < 320; bit++) {
    bytes[bit / 8] = (char)(1 << (bit % 8));
    seen[count++] = tx_text_hash((triax_text){bytes, 40});
    bytes[bit / 8] = 0;
  }
  unsigned low_bits[64] = {0};
  for (size_t i = 0; i < count; i++) {
    low_bits[seen[i] % 64]++;
    for (size_t j = 0; j < i; j++) {
      assert_true(seen[i] != seen[j]);
    }
  }
  for (size_t i = 0; i < 64; i++) {
    assert_in_range(low_bits[i], 0, 20); /* 5.6 on average */
  }
  assert_true(tx_text_hash((triax_text){NULL, 0}) == tx_text_hash(TX_TEXT("")));
}

/* From another reading of the same definition (an independent script): the same on every machine. */
static void hashes_are_the_same_everywhere(void **state) {
  (void)state;
  assert_true(tx_text_hash(TX_TEXT("")) == UINT64_C(0x0B8B9311FC276B6F));
  assert_true(tx_text_hash(TX_TEXT("enterprise/strategic")) == UINT64_C(0x2C8396C4A8FB7458));
  assert_true(tx_text_hash(TX_TEXT("caf\xC3\xA9")) == UINT64_C(0x4DBAA9217C35F19E));
}

static void assert_trimmed(const char *given, const char *expected) {
  assert_true(tx_text_equal_c(tx_text_trim(triax_text_of(given)), expected));
}

static void trim_strips_spaces_of_both_kinds(void **state) {
  (void)state;
  assert_trimmed("", "");
  assert_trimmed(" \t\r\n", "");
  assert_trimmed(" a b\t", "a b");
  assert_trimmed("\xC2\xA0 1 200 \xE2\x80\xAF", "1 200");
  assert_trimmed("\xC2\xA0", "");
  assert_trimmed("\xC3\xA9", "\xC3\xA9");
  assert_trimmed("\xC3\xA0", "\xC3\xA0"); /* ends in the second byte of a no-break space */
  assert_trimmed("\xE2\x80\xAE", "\xE2\x80\xAE");
  assert_true(tx_text_trim((triax_text){NULL, 0}).length == 0);
}

/* Every sequence of up to four bytes that begins outside ASCII, against the definition by code points, at several
 * places of a longer ASCII text. */
static void utf8_is_judged_by_its_definition(void **state) {
  (void)state;
  static const unsigned char edges[] = {0x00, 0x01, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0,
                                        0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE, 0xEF, 0xF0, 0xF1,
                                        0xF3, 0xF4, 0xF5, 0xF8, 0xFF};
  enum { EDGES = sizeof edges };
  for (size_t a = 0; a < EDGES; a++) {
    for (size_t b = 0; b < EDGES; b++) {
      for (size_t c = 0; c < EDGES; c++) {
        for (size_t d = 0; d < EDGES; d++) {
          char bytes[4] = {(char)edges[a], (char)edges[b], (char)edges[c], (char)edges[d]};
          /* Peel off code points by encoding each candidate anew: well-formed is what the encoder writes. */
          size_t offset = 0;
          while (offset < 4) {
            size_t step = 0;
            unsigned char first = (unsigned char)bytes[offset];
            size_t width = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
            if (offset + width <= 4 && first != 0) {
              uint32_t point = width == 1 ? first : first & (0x7Fu >> width);
              for (size_t i = 1; i < width; i++) {
                point = point << 6 | ((unsigned char)bytes[offset + i] & 0x3Fu);
              }
              char again[4];
              size_t written = tx_utf8_put(point, again);
              step = written == width && memcmp(again, bytes + offset, width) == 0 ? width : 0;
            }
            if (step == 0) {
              break;
            }
            offset += step;
          }
          size_t expected = offset == 4 ? SIZE_MAX : offset;
          assert_int_equal(tx_utf8_check((triax_text){bytes, 4}), expected);
        }
      }
    }
  }
}

static void utf8_faults_are_found_anywhere(void **state) {
  (void)state;
  char text[64];
  for (size_t length = 1; length < sizeof text; length++) {
    for (size_t at = 0; at < length; at++) {
      memset(text, 'a', sizeof text);
      assert_int_equal(tx_utf8_check((triax_text){text, length}), SIZE_MAX);
      text[at] = '\0';
      assert_int_equal(tx_utf8_check((triax_text){text, length}), at);
      text[at] = (char)0x80;
      assert_int_equal(tx_utf8_check((triax_text){text, length}), at);
      memset(text, 0x01, sizeof text);
      text[at] = (char)0xC3; /* what follows, or the end, does not continue it */
      assert_int_equal(tx_utf8_check((triax_text){text, length}), at);
      if (at + 1 < length) {
        text[at + 1] = (char)0xA9;
        assert_int_equal(tx_utf8_check((triax_text){text, length}), SIZE_MAX);
      }
    }
  }
  assert_int_equal(tx_utf8_check((triax_text){NULL, 0}), SIZE_MAX);
}

static void code_points_go_round(void **state) {
  (void)state;
  for (uint32_t point = 1; point < 0x110100; point += point < 0x3000 ? 1 : 7) {
    char bytes[4];
    size_t width = tx_utf8_put(point, bytes);
    if (point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) {
      assert_int_equal(width, 0);
      continue;
    }
    triax_text text = {bytes, width};
    size_t offset = 0;
    assert_int_equal(tx_utf8_next(text, &offset), point);
    assert_int_equal(offset, width);
    assert_int_equal(tx_utf8_count(text), 1);
  }
}

static void distances_are_those_of_the_book(void **state) {
  (void)state;
  assert_int_equal(tx_text_distance(TX_TEXT("kitten"), TX_TEXT("sitting"), 9), 3);
  assert_int_equal(tx_text_distance(TX_TEXT("ca"), TX_TEXT("abc"), 9), 3); /* optimal string alignment: not 2 */
  assert_int_equal(tx_text_distance(TX_TEXT("touhc"), TX_TEXT("touch"), 9), 1);
  assert_int_equal(tx_text_distance(TX_TEXT(""), TX_TEXT("abc"), 9), 3);
  assert_int_equal(tx_text_distance(TX_TEXT(""), TX_TEXT(""), 9), 0);
  assert_int_equal(tx_text_distance(TX_TEXT("kitten"), TX_TEXT("sitting"), 2), 3);
  assert_int_equal(tx_text_distance(TX_TEXT("caf\xC3\xA9"), TX_TEXT("cafe"), 9), 1); /* one code point */
  assert_int_equal(tx_text_distance(TX_TEXT("ARR"), TX_TEXT("arr"), 9), 2);           /* three halves */
  char text[130];
  memset(text, 'x', sizeof text);
  assert_int_equal(tx_text_distance((triax_text){text, 64}, (triax_text){text, 63}, 5), 1);
  assert_int_equal(tx_text_distance((triax_text){text, 65}, (triax_text){text, 65}, 5), 6);
}

static void the_nearest_name_is_suggested(void **state) {
  (void)state;
  const triax_text names[] = {TX_TEXT("touch"), TX_TEXT("art"), TX_TEXT("arr"), TX_TEXT("segments"), TX_TEXT("ARX"),
                              TX_TEXT("vertical")};
  assert_int_equal(tx_text_nearest(TX_TEXT("touchh"), names, 6), 0);
  assert_int_equal(tx_text_nearest(TX_TEXT("Arr"), names, 6), 2);
  assert_int_equal(tx_text_nearest(TX_TEXT("ARR"), names, 6), 2); /* case alone, though ARX is one letter away */
  assert_int_equal(tx_text_nearest(TX_TEXT("SEGMENTS"), names, 6), 3);
  assert_int_equal(tx_text_nearest(TX_TEXT("sgements"), names, 6), 3);
  assert_int_equal(tx_text_nearest(TX_TEXT("arz"), names, 6), 1); /* a tie: the first */
  assert_int_equal(tx_text_nearest(TX_TEXT("employees"), names, 6), SIZE_MAX);
  assert_int_equal(tx_text_nearest(TX_TEXT("xy"), names, 6), SIZE_MAX);
  assert_int_equal(tx_text_nearest(TX_TEXT("touch"), names, 6), 0);
  assert_int_equal(tx_text_nearest(TX_TEXT("touch"), names, 0), SIZE_MAX);
}

static void writers_never_overflow(void **state) {
  (void)state;
  for (size_t size = 0; size < 12; size++) {
    char buffer[16];
    memset(buffer, '#', sizeof buffer);
    tx_writer writer = {buffer, size, 0};
    tx_write_c(&writer, "caf\xC3\xA9");
    tx_write(&writer, TX_TEXT("s"));
    assert_int_equal(writer.length, 6);
    assert_int_equal(buffer[size], '#');
    if (size > 0) {
      const char *whole = "caf\xC3\xA9s";
      size_t kept = size - 1 == 4 ? 3 : size - 1 > 6 ? 6 : size - 1; /* half of the accent is none of it */
      assert_int_equal(strlen(buffer), kept);
      assert_memory_equal(buffer, whole, kept);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(texts_compare_by_bytes),          cmocka_unit_test(hashes_spread),
      cmocka_unit_test(hashes_are_the_same_everywhere),  cmocka_unit_test(trim_strips_spaces_of_both_kinds),
      cmocka_unit_test(utf8_is_judged_by_its_definition), cmocka_unit_test(utf8_faults_are_found_anywhere),
      cmocka_unit_test(code_points_go_round),            cmocka_unit_test(distances_are_those_of_the_book),
      cmocka_unit_test(the_nearest_name_is_suggested),   cmocka_unit_test(writers_never_overflow),
  };
  return cmocka_run_group_tests_name("base_text", tests, NULL, NULL);
}
