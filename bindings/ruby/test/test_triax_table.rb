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
