# frozen_string_literal: true

# Tables both ways: every type, missing values, the ends of ranges.
require "minitest/autorun"
require "triax"

class TestTriaxTable < Minitest::Test
  ROWS = [
    { "text" => "Zoë", "number" => 1.5, "whole" => 7, "large" => (2**62) + 1, "yes" => true, "day" => Date.new(1969, 12, 31),
      "time" => Time.at(-1, 500_000, :microsecond, in: "UTC"), "list" => %w[a b] },
    { "text" => "", "number" => -0.0, "whole" => 0, "large" => -5, "yes" => false, "day" => Date.new(2400, 2, 29),
      "time" => Time.utc(2026, 11, 21, 12, 0, 0), "list" => [] },
    {}
  ].freeze

  def table = Triax::Table.of(ROWS)

  def test_values_come_back
    columns = ROWS.first.keys
    assert_equal columns.map(&:to_sym), table.columns
    columns.each { |name| assert_equal(ROWS.map { |row| row[name] }, table[name]) }
    assert_equal 1, table.missing("text")
    assert_equal({ text: :string, number: :number, whole: :number, large: :integer, yes: :boolean, day: :date, time: :timestamp,
                   list: :strings }, table.types)
  end

  def test_rows_and_columns
    assert_equal 3, table.size
    assert_equal 3, table.each.size
    assert_equal ["Zoë", "", nil], (table.map { |row| row[:text] })
    assert_equal table.to_a.last, ROWS.first.keys.to_h { |name| [name.to_sym, nil] }
    assert table.first.frozen? && table[:number].frozen?
    assert_equal [1.5, -0.0, nil], table.to_h[:number]
    assert_raises(Triax::NotFound) { table[:nothing] }
  end

  def test_csv_reads_back
    again = Triax::Table.of(CSV.parse(table.to_csv, headers: true))
    assert_equal ["1.5", "0", nil], again[:number].map { |value| value && value.sub("-0", "0") }
    assert_equal ["a;b", nil, nil], again[:list]
  end

  def test_no_rows_and_no_columns
    assert_equal 0, Triax::Table.of({ "id" => [] }).size
    assert_equal [], Triax::Table.of([]).to_a
  end

  def test_what_is_no_table
    [5, "text", [5]].each { |data| assert_raises(TypeError) { Triax::Table.of(data) } }
    assert_raises(TypeError) { Triax::Table.of([{ list: [1] }]) }
    { { "a" => "x" } => "column 'a' is a String", { "a" => nil } => "column 'a' is a NilClass",
      { "a" => 5 } => "column 'a' is a Integer", [%w[a b]] => "row 0 is a Array, not a hash" }.each do |data, words|
      assert_includes assert_raises(TypeError) { Triax::Table.of(data) }.message, words
    end
  end

  def test_large_numbers
    assert_equal({ a: [2**63 - 1, -2**63, nil] }, Triax::Table.of({ a: [2**63 - 1, -2**63, nil] }).to_h)
    assert_equal [2.0**60, 0.5], Triax::Table.of({ a: [2**60, 0.5] })[:a]
    fault = assert_raises(RangeError) { Triax::Table.of({ a: [1, 2**63] }) }
    assert_includes fault.message, "column 'a', row 1: 9223372036854775808 is beyond 64 bits"
  end

  def test_threads_are_a_number
    assert_raises(ArgumentError) { Triax::Customers.load([{ id: "A" }], threads: -1) }
  end

  # A row too short had missing values, and nothing said so.
  def test_csv_files_with_rows_of_other_lengths
    require "tempfile"
    ["id,arr\nA\n", "id,arr\nA,1,2\n"].each do |content|
      Tempfile.create("triax") do |file|
        file.write(content)
        file.flush
        assert_match(/row 1 has [13] fields, but the header has 2/, assert_raises(ArgumentError) { Triax.read_csv(file.path) }.message)
      end
    end
  end

  def test_csv_files
    require "tempfile"
    Tempfile.create("triax") do |file|
      file.write("\uFEFFid,arr\nA,5\nB,\n")
      file.flush
      read = Triax.read_csv(file.path)
      assert_equal [%i[id arr], ["5", nil]], [read.columns, read[:arr]]
    end
  end
end
