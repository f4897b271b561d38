#include "base/text.h"

#include <string.h>

triax_text triax_text_of(const char *string) {
  return (triax_text){string, string == NULL ? 0 : strlen(string)};
}

bool tx_text_equal(triax_text a, triax_text b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

bool tx_text_equal_c(triax_text a, const char *b) { return tx_text_equal(a, triax_text_of(b)); }

int tx_text_compare(triax_text a, triax_text b) {
  size_t shared = a.length < b.length ? a.length : b.length;
  int order = shared == 0 ? 0 : memcmp(a.bytes, b.bytes, shared);
  return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

/* Eight bytes as a little-endian number on every machine; compilers make one load of it. */
static uint64_t load_8(const unsigned char *p) {
  return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 | (uint64_t)p[4] << 32 |
         (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 | (uint64_t)p[7] << 56;
}

static uint64_t mix(uint64_t hash) {
  hash ^= hash >> 32;
  hash *= UINT64_C(0xD6E8FEB86659FD93);
  hash ^= hash >> 32;
  hash *= UINT64_C(0xD6E8FEB86659FD93);
  return hash ^ (hash >> 32);
}

uint64_t tx_text_hash(triax_text text) {
  const unsigned char *bytes = (const unsigned char *)text.bytes;
  uint64_t hash = UINT64_C(0x9E3779B97F4A7C15) ^ (uint64_t)text.length;
  size_t i = 0;
  for (; text.length - i >= 8; i += 8) {
    hash = (hash ^ load_8(bytes + i)) * UINT64_C(0x9FB21C651E98DF25);
    hash ^= hash >> 29;
  }
  uint64_t rest = 0;
  for (unsigned shift = 0; i < text.length; i++, shift += 8) {
    rest |= (uint64_t)bytes[i] << shift;
  }
  return mix((hash ^ rest) * UINT64_C(0x9FB21C651E98DF25));
}

/* Bytes of the space at the beginning of `text`, 0 when it begins with something else. */
static size_t space_at_start(triax_text text) {
  unsigned char first = text.length > 0 ? (unsigned char)text.bytes[0] : 'x';
  if (first == ' ' || first == '\t' || first == '\r' || first == '\n') {
    return 1;
  }
  if (text.length >= 2 && memcmp(text.bytes, "\xC2\xA0", 2) == 0) {
    return 2;
  }
  return text.length >= 3 && memcmp(text.bytes, "\xE2\x80\xAF", 3) == 0 ? 3 : 0;
}

static size_t space_at_end(triax_text text) {
  for (size_t width = 1; width <= 3 && width <= text.length; width++) {
    triax_text last = {text.bytes + text.length - width, width};
    if (space_at_start(last) == width) {
      return width;
    }
  }
  return 0;
}

triax_text tx_text_trim(triax_text text) {
  size_t width;
  while ((width = space_at_start(text)) > 0) {
    text.bytes += width;
    text.length -= width;
  }
  while ((width = space_at_end(text)) > 0) {
    text.length -= width;
  }
  return text;
}

static bool continues(unsigned char byte) { return (byte & 0xC0) == 0x80; }

/* Length of the well-formed non-ASCII sequence at p, 0 when it is not one (Unicode, table 3-7). */
static size_t sequence_length(const unsigned char *p, size_t left) {
  unsigned char first = p[0];
  if (first < 0xC2 || first > 0xF4 || left < 2) {
    return 0;
  }
  if (first < 0xE0) {
    return continues(p[1]) ? 2 : 0;
  }
  unsigned char least = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  unsigned char most = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (p[1] < least || p[1] > most || left < 3 || !continues(p[2])) {
    return 0;
  }
  if (first < 0xF0) {
    return 3;
  }
  return left >= 4 && continues(p[3]) ? 4 : 0;
}

#define EACH_BYTE(value) (UINT64_C(0x0101010101010101) * (value))

size_t tx_utf8_check(triax_text text) {
  const unsigned char *bytes = (const unsigned char *)text.bytes;
  size_t i = 0;
  while (i < text.length) {
    uint64_t eight;
    while (text.length - i >= 8) {
      memcpy(&eight, bytes + i, 8);
      /* High bits show what is not ASCII; subtracting 1 from each byte borrows into the high bit of a zero. */
      if (((eight | (eight - EACH_BYTE(0x01))) & EACH_BYTE(0x80)) != 0) {
        break;
      }
      i += 8;
    }
    size_t stop = text.length - i >= 8 ? i + 8 : text.length;
    while (i < stop) {
      size_t width = bytes[i] < 0x80 ? bytes[i] != 0 : sequence_length(bytes + i, text.length - i);
      if (width == 0) {
        return i;
      }
      i += width;
    }
  }
  return SIZE_MAX;
}

size_t tx_utf8_count(triax_text text) {
  size_t count = 0;
  for (size_t i = 0; i < text.length; i++) {
    count += !continues((unsigned char)text.bytes[i]);
  }
  return count;
}

uint32_t tx_utf8_next(triax_text text, size_t *offset) {
  const unsigned char *p = (const unsigned char *)text.bytes + *offset;
  if (p[0] < 0x80) {
    *offset += 1;
    return p[0];
  }
  size_t width = sequence_length(p, text.length - *offset);
  *offset += width == 0 ? 1 : width;
  switch (width) {
    case 2:
      return (uint32_t)(p[0] & 0x1F) << 6 | (uint32_t)(p[1] & 0x3F);
    case 3:
      return (uint32_t)(p[0] & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (uint32_t)(p[2] & 0x3F);
    case 4:
      return (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 | (uint32_t)(p[2] & 0x3F) << 6 |
             (uint32_t)(p[3] & 0x3F);
    default:
      return 0xFFFD; /* callers promise valid text; what is not stays inside its bounds */
  }
}

size_t tx_utf8_put(uint32_t code_point, char out[4]) {
  if (code_point < 0x80) {
    out[0] = (char)code_point;
    return 1;
  }
  if (code_point < 0x800) {
    out[0] = (char)(0xC0 | code_point >> 6);
    out[1] = (char)(0x80 | (code_point & 0x3F));
    return 2;
  }
  if (code_point < 0x10000) {
    if (code_point >= 0xD800 && code_point <= 0xDFFF) {
      return 0;
    }
    out[0] = (char)(0xE0 | code_point >> 12);
    out[1] = (char)(0x80 | (code_point >> 6 & 0x3F));
    out[2] = (char)(0x80 | (code_point & 0x3F));
    return 3;
  }
  if (code_point > 0x10FFFF) {
    return 0;
  }
  out[0] = (char)(0xF0 | code_point >> 18);
  out[1] = (char)(0x80 | (code_point >> 12 & 0x3F));
  out[2] = (char)(0x80 | (code_point >> 6 & 0x3F));
  out[3] = (char)(0x80 | (code_point & 0x3F));
  return 4;
}

void tx_write(tx_writer *writer, triax_text text) {
  size_t before = writer->length;
  writer->length += text.length;
  /* Once a text was cut nothing follows it, or the reader would see a text with a hole. */
  if (before >= writer->size) {
    return;
  }
  size_t fits = writer->size - before - 1;
  if (text.length <= fits) {
    fits = text.length;
  } else {
    while (fits > 0 && continues((unsigned char)text.bytes[fits])) {
      fits--;
    }
  }
  if (fits > 0) {
    memcpy(writer->buffer + before, text.bytes, fits);
  }
  writer->buffer[before + fits] = '\0';
}

void tx_write_c(tx_writer *writer, const char *string) { tx_write(writer, triax_text_of(string)); }
