#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/number.h"
#include "base/text.h"
#include "base/wide.h"

static uint64_t bits_of(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

static double from_bits(uint64_t bits) {
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Steele and Vigna's splitmix64: the same numbers everywhere. */
static uint64_t next_random(uint64_t *seed) {
  uint64_t z = (*seed += UINT64_C(0x9E3779B97F4A7C15));
  z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
  return z ^ (z >> 31);
}

/* Expected bits and texts in these three tables are CPython's. */
static const struct {
  const char *text;
  uint64_t bits;
} parsed[] = {
    {"1E5", UINT64_C(0x40F86A0000000000)},
    {"2470328229206232720882843964341106861825299013071623822127928412503377536351043759326499181808179961"
     "8989828234772285886546332835517796989819938739800539093906315035659515570226392290858392449105184435"
     "9318028499365361525003193704576782492193656236698636584807570015857692699037063119282795585513329278"
     "3433840935197801553124659726357957462276646527282722005637400648549997709659947045402082816622623785"
     "7393450736339007967761930577506740176324673600968951340535537458516661134223766678604162159680461914"
     "4672918403005300575308490487653917113865916462395249126236538818796362393732804238910186723484976682"
     "3508986338858792562830275599565752445550725518931369083625477918694866799496832404970582102851318545"
     "1396213837722826145437693412532098591327667236328125e-1075",
     UINT64_C(0x0000000000000000)},
    {"2470328229206232720882843964341106861825299013071623822127928412503377536351043759326499181808179961"
     "8989828234772285886546332835517796989819938739800539093906315035659515570226392290858392449105184435"
     "9318028499365361525003193704576782492193656236698636584807570015857692699037063119282795585513329278"
     "3433840935197801553124659726357957462276646527282722005637400648549997709659947045402082816622623785"
     "7393450736339007967761930577506740176324673600968951340535537458516661134223766678604162159680461914"
     "4672918403005300575308490487653917113865916462395249126236538818796362393732804238910186723484976682"
     "3508986338858792562830275599565752445550725518931369083625477918694866799496832404970582102851318545"
     "13962138377228261454376934125320985913276672363281251e-1076",
     UINT64_C(0x0000000000000001)},
    {"2470328229206232720882843964341106861825299013071623822127928412503377536351043759326499181808179961"
     "8989828234772285886546332835517796989819938739800539093906315035659515570226392290858392449105184435"
     "9318028499365361525003193704576782492193656236698636584807570015857692699037063119282795585513329278"
     "3433840935197801553124659726357957462276646527282722005637400648549997709659947045402082816622623785"
     "7393450736339007967761930577506740176324673600968951340535537458516661134223766678604162159680461914"
     "4672918403005300575308490487653917113865916462395249126236538818796362393732804238910186723484976682"
     "3508986338858792562830275599565752445550725518931369083625477918694866799496832404970582102851318545"
     "13962138377228261454376934125320985913276672363281249e-1076",
     UINT64_C(0x0000000000000000)},
    {"7410984687618698162648531893023320585475897039214871466383785237510132609053131277979497545424539885"
     "6969484704316857659638998506553390969459816219401617281718945106978546710679176872575177347315553307"
     "7954085498096084575009581113730347476580968710095909754422710047573078097111189357848386756539987835"
     "0301522805593404659373979179073872386829939581848166016912201945649993128979841136206248449867871357"
     "2180352209017023903285791732520220528974020802906854021606612375549983402671300035812486479041385743"
     "4018755209015901725925471462961751341597749387185747378709616456389087181198412716730560170454930047"
     "0526959016576377688490826798697257336652176556794107250876433756084600398490497214911746308553955635"
     "4188641513168478436313080237596295773983001708984375e-1075",
     UINT64_C(0x0000000000000002)},
    {"2225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523908135087"
     "9141491589130396211068700864386945946455276572074078206217433799881410632673292535522868813721490129"
     "8112245145188984905722230728525513315575501591439747639798341180199932396254828901710708185069063066"
     "6655994938275772572015763062690663332647565300009245888316433037779791869612049497390377829704905051"
     "0806099407302629371289589500035837999672072543043602840788957717961509455167482434710307026091446215"
     "7228988025818254518032570701886087211312807951223342628836862232150377566662250398253433597456888442"
     "3900265498198385487948292206894721689831099698365846814022854243330660339850886445804001034933970427"
     "56718644338377048603786162277173854562306587467901408672332763671875e-1075",
     UINT64_C(0x0010000000000000)},
    {"0.1", UINT64_C(0x3FB999999999999A)},
    {".5", UINT64_C(0x3FE0000000000000)},
    {"5.", UINT64_C(0x4014000000000000)},
    {"-.25e1", UINT64_C(0xC004000000000000)},
    {"0.3", UINT64_C(0x3FD3333333333333)},
    {"5e-324", UINT64_C(0x0000000000000001)},
    {"4.9406564584124654e-324", UINT64_C(0x0000000000000001)},
    {"2.4703282292062327e-324", UINT64_C(0x0000000000000000)},
    {"2.4703282292062328e-324", UINT64_C(0x0000000000000001)},
    {"2.47e-324", UINT64_C(0x0000000000000000)},
    {"7.4e-324", UINT64_C(0x0000000000000001)},
    {"7.5e-324", UINT64_C(0x0000000000000002)},
    {"1.7976931348623157e308", UINT64_C(0x7FEFFFFFFFFFFFFF)},
    {"1.7976931348623158e308", UINT64_C(0x7FEFFFFFFFFFFFFF)},
    {"17976931348623158079372897140530341507993413271e262", UINT64_C(0x7FEFFFFFFFFFFFFF)},
    {"2.2250738585072011e-308", UINT64_C(0x000FFFFFFFFFFFFF)},
    {"2.2250738585072014e-308", UINT64_C(0x0010000000000000)},
    {"2.2250738585072009e-308", UINT64_C(0x000FFFFFFFFFFFFF)},
    {"9007199254740991", UINT64_C(0x433FFFFFFFFFFFFF)},
    {"9007199254740992", UINT64_C(0x4340000000000000)},
    {"9007199254740993", UINT64_C(0x4340000000000000)},
    {"9007199254740993.00000000000000000000001", UINT64_C(0x4340000000000001)},
    {"9007199254740995", UINT64_C(0x4340000000000002)},
    {"18014398509481985", UINT64_C(0x4350000000000000)},
    {"18014398509481986", UINT64_C(0x4350000000000000)},
    {"1e22", UINT64_C(0x4480F0CF064DD592)},
    {"1e23", UINT64_C(0x44B52D02C7E14AF6)},
    {"8.5e22", UINT64_C(0x44B1FFDBF6B2B2EB)},
    {"9.5e-23", UINT64_C(0x3B5CB644DC1633C1)},
    {"0.30000000000000004", UINT64_C(0x3FD3333333333334)},
    {"1.0000000000000002", UINT64_C(0x3FF0000000000001)},
    {"1.00000000000000011102230246251565404236316680908203125", UINT64_C(0x3FF0000000000000)},
    {"1.00000000000000011102230246251565404236316680908203124", UINT64_C(0x3FF0000000000000)},
    {"1.00000000000000011102230246251565404236316680908203126", UINT64_C(0x3FF0000000000001)},
    {"123456789012345678901234567890", UINT64_C(0x45F8EE90FF6C373E)},
    {"3.5844466002796428e298", UINT64_C(0x7DEB67769DB917D9)},
    {"6.9294956446009195e15", UINT64_C(0x43389E56EE5E7A58)},
    {"89255.0e-22", UINT64_C(0x3C6494AF6CE5221F)},
    {"104308485241983990666713401708072175773165034278682682111762292935332281e-300",
     UINT64_C(0x10643E1B1EA92C4E)},
    {"2e-400", UINT64_C(0x0000000000000000)},
    {"-0", UINT64_C(0x8000000000000000)},
    {"-0.0e5", UINT64_C(0x8000000000000000)},
    {"0e999999999999999999999", UINT64_C(0x0000000000000000)},
    {"000000000000000000000000000000001.5", UINT64_C(0x3FF8000000000000)},
    {"1e-323", UINT64_C(0x0000000000000002)},
    {"1e-400", UINT64_C(0x0000000000000000)},
    {"1234567890123456789e-340", UINT64_C(0x0000000000000019)},
    {"9999999999999999999e-343", UINT64_C(0x0000000000000000)},
    {"99999999999999999999e-344", UINT64_C(0x0000000000000000)},
    {"1000000000000000129236898960272128533688373863697052001953125e-63", UINT64_C(0x3F50624DD2F1A9FC)},
    {"100000000000000010105568267120302867849435113356548754381947219371795654296875e-87",
     UINT64_C(0x3DDB7CDFD9D7BDBC)},
    {"12345600000000001017497197608463466167449951171875e-47", UINT64_C(0x405EDD2F1A9FBE78)},
    {"93132257461547861902257656912845935892608650874535669572651386260986328125e-83",
     UINT64_C(0x3E10000000000000)},
};

static const struct {
  uint64_t bits;
  const char *text;
} formatted[] = {
    {UINT64_C(0x3FB999999999999A), "0.1"},
    {UINT64_C(0x3FD3333333333334), "0.30000000000000004"},
    {UINT64_C(0x3FD5555555555555), "0.3333333333333333"},
    {UINT64_C(0x0000000000000001), "5e-324"},
    {UINT64_C(0x0000000000000002), "1e-323"},
    {UINT64_C(0x0000000000000004), "2e-323"},
    {UINT64_C(0x0000000000000003), "1.5e-323"},
    {UINT64_C(0x7FEFFFFFFFFFFFFF), "1.7976931348623157e+308"},
    {UINT64_C(0x000FFFFFFFFFFFFF), "2.225073858507201e-308"},
    {UINT64_C(0x0010000000000000), "2.2250738585072014e-308"},
    {UINT64_C(0x4340000000000000), "9007199254740992"},
    {UINT64_C(0x433FFFFFFFFFFFFF), "9007199254740991"},
    {UINT64_C(0x4350000000000000), "1.8014398509481984e+16"},
    {UINT64_C(0x44B52D02C7E14AF6), "1e+23"},
    {UINT64_C(0x447C7E83209E90B2), "8.41e+21"},
    {UINT64_C(0x0000000000000003), "1.5e-323"},
    {UINT64_C(0x7FE0000000000000), "8.98846567431158e+307"},
    {UINT64_C(0x0010000000000000), "2.2250738585072014e-308"},
    {UINT64_C(0x3FE0000000000000), "0.5"},
    {UINT64_C(0x43B0000000000000), "1.152921504606847e+18"},
    {UINT64_C(0x4410000000000000), "7.378697629483821e+19"},
    {UINT64_C(0x3EB0000000000000), "9.5367431640625e-07"},
    {UINT64_C(0x4011666666666666), "4.35"},
    {UINT64_C(0x3FE0000000000000), "0.5"},
    {UINT64_C(0x430C6BF526340000), "1000000000000000"},
    {UINT64_C(0x4341C37937E08000), "1e+16"},
    {UINT64_C(0x437B69B4BA630F35), "1.2345678901234568e+17"},
    {UINT64_C(0x4341C37937E07FFF), "9999999999999998"},
    {UINT64_C(0x3F1A36E2EB1C432D), "0.0001"},
    {UINT64_C(0x3F202E4B6CE5DC68), "0.00012345"},
    {UINT64_C(0x3EE4F8B588E368F1), "0.00001"},
    {UINT64_C(0x3EE4F8B588E368F0), "9.999999999999999e-06"},
    {UINT64_C(0x3E7AD7F29ABCAF48), "1e-07"},
    {UINT64_C(0x40FE240C9FBE76C9), "123456.789"},
    {UINT64_C(0x4480F0CF064DD592), "1e+22"},
    {UINT64_C(0x444B1AE4D6E2EF50), "1e+21"},
    {UINT64_C(0x001FFFFFFFFFFFFF), "4.4501477170144023e-308"},
    {UINT64_C(0x0000000008000000), "6.63123685e-316"},
    {UINT64_C(0x39B279A9C8073D8B), "9.109e-31"},
    {UINT64_C(0x54B249AD2594C37D), "1e+100"},
    {UINT64_C(0x00005C0AB9347ED7), "5e-310"},
    {UINT64_C(0x41B1DE784A000000), "299792458"},
    {UINT64_C(0x390B860BDE023111), "6.62607015e-34"},
    {UINT64_C(0xBFF8000000000000), "-1.5"},
    {UINT64_C(0x4126E36000000000), "750000"},
    {UINT64_C(0x41838CE202000000), "41000000.25"},
};

static const struct {
  uint64_t bits;
  int decimals;
  const char *text;
} fixed[] = {
    {UINT64_C(0x4331C37937E08000), 2, "5000000000000000.00"},
    {UINT64_C(0x433FFFFFFFFFFFFF), 0, "9007199254740991"},
    {UINT64_C(0x3F30000000000000), 11, "0.00024414062"},
    {UINT64_C(0x3F48000000000000), 3, "0.001"},
    {UINT64_C(0x432FFFFFFFFFFFFF), 18, "4503599627370495.500000000000000000"},
    {UINT64_C(0x3F30000000000000), 10, "0.0002441406"},
    {UINT64_C(0x4345EE2A2EB5A5C4), 5, "12345678901234568.00000"},
    {UINT64_C(0x43E0000000000000), 1, "9223372036854775808.0"},
    {UINT64_C(0x3FE0000000000000), 0, "0"},
    {UINT64_C(0x3FF8000000000000), 0, "2"},
    {UINT64_C(0x4004000000000000), 0, "2"},
    {UINT64_C(0x3FC0000000000000), 2, "0.12"},
    {UINT64_C(0x3FD8000000000000), 2, "0.38"},
    {UINT64_C(0x4005666666666666), 2, "2.67"},
    {UINT64_C(0x3FF0147AE147AE14), 2, "1.00"},
    {UINT64_C(0x4480F0CF064DD592), 1, "10000000000000000000000.0"},
    {UINT64_C(0x3FB999999999999A), 18, "0.100000000000000006"},
    {UINT64_C(0x3FB999999999999A), 25, "0.1000000000000000055511151"},
    {UINT64_C(0x3EE4F8B588E368F1), 4, "0.0000"},
    {UINT64_C(0x3F0A36E2EB1C432D), 4, "0.0001"},
    {UINT64_C(0x3F09B0AB2E1693C0), 4, "0.0000"},
    {UINT64_C(0x3FD5555555555555), 30, "0.333333333333333314829616256247"},
    {UINT64_C(0x419D6F3457F35BA8), 3, "123456789.988"},
    {UINT64_C(0xBFF4000000000000), 1, "-1.2"},
    {UINT64_C(0xBFA47AE147AE147B), 1, "0.0"},
    {UINT64_C(0x0000000000000000), 3, "0.000"},
    {UINT64_C(0x8000000000000000), 3, "0.000"},
    {UINT64_C(0x4341C37937E08000), 2, "10000000000000000.00"},
    {UINT64_C(0x43F0000000000000), 0, "18446744073709551616"},
    {UINT64_C(0x43E0000000000000), 3, "9223372036854775808.000"},
    {UINT64_C(0x43EFFFFFFFFFFFFF), 0, "18446744073709549568"},
    {UINT64_C(0x0000000000000001), 30, "0.000000000000000000000000000000"},
    {UINT64_C(0x408F3FFF2E48E8A7), 3, "1000.000"},
    {UINT64_C(0x4023000000000000), 0, "10"},
    {UINT64_C(0x3FEFFFFFCA501ACB), 3, "1.000"},
    {UINT64_C(0x3C30000000000000), 18, "0.000000000000000001"},
    {UINT64_C(0x3BF0000000000000), 18, "0.000000000000000000"},
    {UINT64_C(0x3BE0000000000000), 18, "0.000000000000000000"},
    {UINT64_C(0x3C28000000000000), 18, "0.000000000000000001"},
    {UINT64_C(0x7E37E43C8800759C), 0,
     "1000000000000000052504760255204420248704468581108159154915854115511802457988908195786371375080447864"
     "0437044438328838781769425232353604305756447921847867069828483872009265758037378302337947880900593689"
     "5323497079994508111903896764088007465274278014249457925878882005684283811566947219638686545940054016"
     "0"},
    {UINT64_C(0x3E18000000000000), 30, "0.000000001396983861923217773438"},
    {UINT64_C(0x3E00000000000000), 30, "0.000000000465661287307739257812"},
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void hard_cases_are_read_right(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(parsed); i++) {
    double value = 42;
    assert_true(tx_parse_double(triax_text_of(parsed[i].text), false, &value));
    if (bits_of(value) != parsed[i].bits) {
      fail_msg("%s was read as %a", parsed[i].text, value);
    }
  }
}

static void hard_cases_are_written_right(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(formatted); i++) {
    char text[TX_NUMBER_SIZE];
    assert_int_equal(tx_format_double(from_bits(formatted[i].bits), text), strlen(formatted[i].text));
    assert_string_equal(text, formatted[i].text);
  }
  char text[TX_NUMBER_SIZE];
  tx_format_double(0.0, text);
  assert_string_equal(text, "0");
  tx_format_double(-0.0, text);
  assert_string_equal(text, "-0");
  tx_format_double((double)NAN, text);
  assert_string_equal(text, "nan");
  tx_format_double((double)-INFINITY, text);
  assert_string_equal(text, "-inf");
  tx_format_double((double)INFINITY, text);
  assert_string_equal(text, "inf");
  assert_int_equal(tx_format_double(-2.2250738585072014e-308, text), 24);
}

static void fixed_decimals_round_half_to_even(void **state) {
  (void)state;
  char text[TX_NUMBER_SIZE + 320];
  for (size_t i = 0; i < COUNT(fixed); i++) {
    size_t length = tx_format_fixed(from_bits(fixed[i].bits), fixed[i].decimals, text);
    assert_string_equal(text, fixed[i].text);
    assert_int_equal(length, strlen(text));
  }
  tx_format_fixed((double)NAN, 2, text);
  assert_string_equal(text, "nan");
  tx_format_fixed((double)-INFINITY, 2, text);
  assert_string_equal(text, "-inf");
  assert_int_equal(tx_format_fixed(-1.7976931348623157e308, 99, text), 1 + 309 + 1 + 30); /* 30 decimals at most */
  tx_format_fixed(12.5, -3, text);
  assert_string_equal(text, "12");
}

static void what_is_no_number_is_refused(void **state) {
  (void)state;
  static const char *const refused[] = {"",    " ",    "1 ",   " 1",    "+",     "-",      ".",       "-.",     ".e5",
                                        "1e",  "1e+",  "1e-",  "e5",    "--1",   "1.2.3",  "0x10",    "1,5",    "1_000",
                                        "nan", "inf",  "-inf", "1e309", "1e999999999999999999999",    "-1e309", "1e5.0",
                                        "1.7976931348623159e308", "\xD9\xA1", "1e 5", "$5", "5%", "infinit", "+-1"};
  for (size_t i = 0; i < COUNT(refused); i++) {
    double value = 42;
    assert_false(tx_parse_double(triax_text_of(refused[i]), false, &value));
    assert_true(value == 42);
  }
  double value = 42;
  assert_false(tx_parse_double((triax_text){NULL, 0}, true, &value));
  assert_false(tx_parse_double((triax_text){"1\0002", 3}, true, &value));
  assert_false(tx_parse_double(TX_TEXT("infinit"), true, &value));
  assert_false(tx_parse_double(TX_TEXT("infinityx"), true, &value));
  assert_false(tx_parse_double(TX_TEXT("-"), true, &value));
  assert_true(value == 42);
}

static void specials_are_read_when_asked_for(void **state) {
  (void)state;
  double value = 0;
  assert_true(tx_parse_double(TX_TEXT("NaN"), true, &value) && isnan(value));
  assert_true(tx_parse_double(TX_TEXT("-nan"), true, &value) && isnan(value));
  assert_true(tx_parse_double(TX_TEXT("Inf"), true, &value) && isinf(value) && value > 0);
  assert_true(tx_parse_double(TX_TEXT("+INFINITY"), true, &value) && isinf(value) && value > 0);
  assert_true(tx_parse_double(TX_TEXT("-inf"), true, &value) && isinf(value) && value < 0);
}

static bool reads_as(const char *digits, size_t count, int exponent, double value) {
  char text[64];
  snprintf(text, sizeof text, "%.*se%d", (int)count, digits, exponent);
  double again;
  return tx_parse_double(triax_text_of(text), false, &again) && bits_of(again) == bits_of(value);
}

/* No decimal of one digit fewer reads back: neither the one below nor the one above. */
static void assert_shortest(double value, const char *text) {
  char digits[64] = "0"; /* room for a carry */
  size_t count = 1;
  int exponent = 0;
  bool fraction = false;
  for (const char *p = text; *p != '\0'; p++) {
    if (*p == 'e') {
      int written = 0;
      sscanf(p + 1, "%d", &written);
      exponent += written;
      break;
    }
    if (*p == '.') {
      fraction = true;
    } else if (*p != '-') {
      digits[count++] = *p;
      exponent -= fraction;
    }
  }
  while (count > 1 && digits[count - 1] == '0') {
    count--;
    exponent++;
  }
  if (strspn(digits, "0") >= count - 1) {
    return; /* a single digit, or zero */
  }
  count--;
  exponent++;
  assert_false(reads_as(digits, count, exponent, value));
  size_t i = count;
  while (digits[i - 1] == '9') {
    digits[--i] = '0';
  }
  digits[i - 1]++;
  assert_false(reads_as(digits, count, exponent, value));
}

static void check_both_ways(double value) {
  char text[TX_NUMBER_SIZE];
  size_t length = tx_format_double(value, text);
  assert_in_range(length, 1, TX_NUMBER_SIZE - 1);
  double again;
  if (!tx_parse_double((triax_text){text, length}, false, &again) || bits_of(again) != bits_of(value)) {
    fail_msg("%a was written as %s", value, text);
  }
  assert_shortest(value < 0 ? -value : value, text);
  /* Exact decimals of moderate numbers, read from many more digits than decide. */
  if (value > -1e15 && value < 1e15) {
    char exact[TX_NUMBER_SIZE + 320];
    length = tx_format_fixed(value, 30, exact);
    assert_true(tx_parse_double((triax_text){exact, length}, false, &again));
    if ((value > 1e-8 || value < -1e-8) && bits_of(again) != bits_of(value)) {
      fail_msg("%a was read back from %s", value, exact);
    }
  }
}

static void random_doubles_go_round(void **state) {
  (void)state;
  uint64_t seed = 20261121;
  for (int i = 0; i < 60000; i++) {
    double any = from_bits(next_random(&seed));
    if (isfinite(any)) {
      check_both_ways(any);
    }
    check_both_ways(from_bits(next_random(&seed) >> (12 + next_random(&seed) % 50))); /* subnormal */
    check_both_ways((double)(next_random(&seed) % 1000000000) / 100);                /* money */
    check_both_ways((double)(int64_t)(next_random(&seed) >> (next_random(&seed) % 60)));
  }
  for (uint64_t field = 0; field < 2047; field++) { /* powers of two and their neighbours */
    check_both_ways(from_bits(field << 52));
    check_both_ways(from_bits((field << 52) + 1));
    check_both_ways(from_bits((field << 52) + (UINT64_C(1) << 52) - 1));
  }
}

static void very_long_numbers_are_read(void **state) {
  (void)state;
  static char text[20010];
  double value;
  memset(text, '0', sizeof text);
  text[1] = '.';
  memcpy(text + 20000, "5e20000", 7); /* 0.00…5 with the digit at place 19999 */
  assert_true(tx_parse_double((triax_text){text, 20007}, false, &value));
  assert_true(value == 50);
  /* 1 + 2^-53 is halfway; one more digit far behind decides. */
  static const char half[] = "1.00000000000000011102230246251565404236316680908203125";
  memset(text, '0', sizeof text);
  memcpy(text, half, sizeof half - 1);
  assert_true(tx_parse_double((triax_text){text, 20000}, false, &value));
  assert_true(value == 1);
  text[19999] = '1';
  assert_true(tx_parse_double((triax_text){text, 20000}, false, &value));
  assert_true(value == from_bits(UINT64_C(0x3FF0000000000001)));
  memset(text, '9', sizeof text);
  memcpy(text + 20000, "e-20000", 7);
  assert_true(tx_parse_double((triax_text){text, 20007}, false, &value));
  assert_true(value == 1);
  assert_false(tx_parse_double((triax_text){text, 20000}, false, &value));
}

static void suffixes_scale_exactly(void **state) {
  (void)state;
  double value;
  assert_true(tx_parse_suffixed(TX_TEXT("750k"), &value) && value == 750000);
  assert_true(tx_parse_suffixed(TX_TEXT("1.5M"), &value) && value == 1500000);
  assert_true(tx_parse_suffixed(TX_TEXT("2Bn"), &value) && value == 2e9);
  assert_true(tx_parse_suffixed(TX_TEXT("-0.1k"), &value) && value == -100);
  assert_true(tx_parse_suffixed(TX_TEXT("1.001k"), &value) && value == 1001);
  assert_true(tx_parse_suffixed(TX_TEXT("12"), &value) && value == 12);
  static const char *const refused[] = {"", "k", "bn", "1b", "1kk", "1 k", "1n", "1K%", "infk", "1e306k", "nan"};
  for (size_t i = 0; i < COUNT(refused); i++) {
    assert_false(tx_parse_suffixed(triax_text_of(refused[i]), &value));
  }
}

static void integers_hold_their_bounds(void **state) {
  (void)state;
  int64_t value = 42;
  static const char *const refused[] = {"", "-", "+", "9223372036854775808", "-9223372036854775809", "1.0", "1e3", " 1",
                                        "99999999999999999999999", "18446744073709551616", "0x1", "--1"};
  for (size_t i = 0; i < COUNT(refused); i++) {
    assert_false(tx_parse_int64(triax_text_of(refused[i]), &value));
    assert_true(value == 42);
  }
  static const struct {
    const char *text, *written;
    int64_t value;
  } held[] = {{"9223372036854775807", "9223372036854775807", INT64_MAX},
              {"-9223372036854775808", "-9223372036854775808", INT64_MIN},
              {"+7", "7", 7},
              {"-0", "0", 0},
              {"0000000000000000000000000000010", "10", 10}};
  for (size_t i = 0; i < COUNT(held); i++) {
    assert_true(tx_parse_int64(triax_text_of(held[i].text), &value));
    assert_true(value == held[i].value);
    char text[TX_NUMBER_SIZE];
    assert_int_equal(tx_format_int64(value, text), strlen(held[i].written));
    assert_string_equal(text, held[i].written);
  }
}

static void wide_products_are_whole(void **state) {
  (void)state;
  tx_wide square = tx_multiply(UINT64_MAX, UINT64_MAX); /* (2^64 - 1)^2 = 2^128 - 2^65 + 1 */
  assert_true(square.high == UINT64_MAX - 1 && square.low == 1);
  square = tx_multiply(UINT64_C(1) << 63, 6);
  assert_true(square.high == 3 && square.low == 0);
  assert_int_equal(tx_leading_zeros(1), 63);
  assert_int_equal(tx_leading_zeros(UINT64_MAX), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hard_cases_are_read_right),         cmocka_unit_test(hard_cases_are_written_right),
      cmocka_unit_test(fixed_decimals_round_half_to_even), cmocka_unit_test(what_is_no_number_is_refused),
      cmocka_unit_test(specials_are_read_when_asked_for),  cmocka_unit_test(random_doubles_go_round),
      cmocka_unit_test(very_long_numbers_are_read),        cmocka_unit_test(suffixes_scale_exactly),
      cmocka_unit_test(integers_hold_their_bounds),        cmocka_unit_test(wide_products_are_whole),
  };
  return cmocka_run_group_tests_name("base_number", tests, NULL, NULL);
}
