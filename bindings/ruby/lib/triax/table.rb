# frozen_string_literal: true

require "bigdecimal"
require "csv"
require "date"
require "time"

module Triax
  # The size_t that stands for none.
  NOWHERE = (1 << (8 * FFI.type_size(:size_t))) - 1
  private_constant :NOWHERE

  # A table of the library: rows are frozen hashes by symbols, columns arrays. Missing values are nil.
  #
  #   table[:arr]            # a column
  #   table.each { |row| row[:arr] }
  #   table.to_csv
  class Table < Handle
    include Enumerable
    releases :triax_table_unref

    EPOCH = Date.new(1970, 1, 1).jd
    private_constant :EPOCH

    class << self
      # A table of arrays of hashes, a hash of columns, CSV::Table, a table of red-arrow, or a Table.
      def of(data, text: false)
        return data if data.is_a?(Table)

        take(Builder.of(Columns.of(data), text: text))
      end

      # A CSV file as a table of text: what its columns are is settled when it is loaded under a policy.
      def read_csv(path, col_sep: ",", encoding: "bom|utf-8")
        names, *rows = CSV.read(path, col_sep: col_sep, encoding: encoding, skip_blanks: true)
        raise ArgumentError, "#{path}: the file is empty; its first line names the columns" if names.nil?

        twice = names.tally.find { |_, count| count > 1 }
        raise ArgumentError, "#{path}: two columns are named '#{twice.first}'" if twice

        rows.each_with_index do |row, i|
          raise ArgumentError, "#{path}: row #{i + 1} has #{row.size} fields, but the header has #{names.size}" if row.size != names.size
        end
        of_text(names, rows)
      end

      # Texts in rows; an empty one is missing.
      private def of_text(names, rows)
        columns = rows.empty? ? names.map { [] } : rows.transpose
        columns.each { |values| values.map! { |value| value unless value.nil? || value.empty? } }
        take(Builder.of(names.map(&:to_s).zip(columns).to_h, text: true))
      end

      # A table that belongs to another object; a reference of its own is taken.
      def borrow(pointer) = take(Abi.triax_table_ref(pointer))
    end

    def size = Abi.triax_table_rows(pointer)
    alias length size

    # Names of columns, as symbols.
    def columns
      @columns ||= Array.new(Abi.triax_table_columns(pointer)) { |c| Call.string(Abi.triax_table_name(pointer, c)).to_sym }.freeze
    end

    # The types of the columns: :number, :integer, :money, :boolean, :string, :strings, :date, :timestamp.
    def types
      columns.each_with_index.to_h { |name, c| [name, Abi.triax_type_name(Abi.triax_table_type(pointer, c)).to_sym] }.freeze
    end

    # A column's values.
    def [](name) = values(find(name))

    # How many values of a column are missing.
    def missing(name) = Abi.triax_table_missing(pointer, find(name))

    # The rows, as frozen hashes.
    def each
      return to_enum(:each) { size } unless block_given?

      content = Array.new(columns.size) { |c| values(c) }
      size.times { |row| yield columns.each_with_index.to_h { |name, c| [name, content[c][row]] }.freeze }
      self
    end

    # All columns by name.
    def to_h = columns.each_with_index.to_h { |name, c| [name, values(c)] }

    # CSV text that reads back to the same numbers; lists are joined by ";".
    def to_csv(**options)
      CSV.generate(**options) do |csv|
        csv << columns
        each { |row| csv << row.values.map { |value| written(value) } }
      end
    end

    def inspect = "#<Triax::Table of #{size} rows: #{columns.join(', ')}>"

    private

    def written(value)
      case value
      when Array then value.join(";")
      when Float then value == value.floor && value.abs < 1e16 ? value.to_i.to_s : value.to_s
      when Time then value.utc.iso8601(value.nsec.zero? ? 0 : 6)
      else value
      end
    end

    def find(name)
      found = Abi.triax_table_find(pointer, Call.text(name.to_s))
      raise NotFound, "there is no column '#{name}' here; there are #{columns.join(', ')}" if found == NOWHERE

      found
    end

    # Columns do not change: what was read once serves again.
    def values(column)
      (@values ||= {})[column] ||= read(column).freeze
    end

    def read(column)
      case Abi.triax_table_type(pointer, column)
      when Abi::TYPE_NUMBER, Abi::TYPE_MONEY
        numbers(column)
      when Abi::TYPE_STRING, Abi::TYPE_TEXT
        Array.new(size) { |row| Call.string(Abi.triax_table_text(pointer, column, row)) }
      when Abi::TYPE_STRINGS then present(column) { |row| items(column, row) }
      when Abi::TYPE_BOOLEAN then present(column) { |row| !Abi.triax_table_integer(pointer, column, row).zero? }
      when Abi::TYPE_DATE then present(column) { |row| Date.jd(EPOCH + Abi.triax_table_integer(pointer, column, row)) }
      when Abi::TYPE_TIMESTAMP then present(column) { |row| time(Abi.triax_table_integer(pointer, column, row)) }
      else present(column) { |row| Abi.triax_table_integer(pointer, column, row) }
      end
    end

    def numbers(column)
      Abi.triax_table_numbers(pointer, column).read_array_of_double(size).map { |value| value.nan? ? nil : value }
    end

    def present(column)
      Array.new(size) { |row| Abi.triax_table_has(pointer, column, row).zero? ? nil : yield(row) }
    end

    def items(column, row)
      Array.new(Abi.triax_table_items(pointer, column, row)) { |i| Call.string(Abi.triax_table_item(pointer, column, row, i)) }.freeze
    end

    def time(microseconds)
      Time.at(microseconds.div(1_000_000), microseconds.modulo(1_000_000), :microsecond, in: "UTC")
    end
  end

  # What Ruby programs have at hand, as columns by name.
  module Columns
    def self.of(data)
      return data.to_h { |name, values| [name.to_s, values_of(name, values)] } if data.is_a?(Hash)
      return of_csv(data) if data.is_a?(CSV::Table)
      return data.schema.fields.to_h { |field| [field.name, data[field.name].to_a] } if data.respond_to?(:schema)
      raise TypeError, "a #{data.class} is no table: give rows as hashes, columns by name, or CSV::Table" unless data.respond_to?(:each)

      of_rows(data)
    end

    def self.values_of(name, values)
      return values.to_a if values.respond_to?(:to_a) && !values.nil? && !values.is_a?(Hash)

      raise TypeError, "column '#{name}' is a #{values.class}, not values in a row; one customer is [{...}]"
    end

    def self.of_csv(data)
      data.headers.to_h { |name| [name.to_s, data[name].map { |value| value.is_a?(String) && value.empty? ? nil : value }] }
    end

    # What a row does not have is missing.
    def self.of_rows(rows)
      columns = {}
      count = 0
      rows.each do |row|
        raise TypeError, "row #{count} is a #{row.class}, not a hash" if row.is_a?(Array) || !row.respond_to?(:to_h)

        row = row.to_h.transform_keys(&:to_s)
        row.each_key { |name| columns[name] ||= [nil] * count }
        columns.each { |name, values| values << row[name] }
        count += 1
      end
      columns
    end
  end

  # A table in the making.
  class Builder < Handle
    releases :triax_table_builder_free

    def self.of(columns, text: false)
      builder = take(Call.made(:triax_table_builder_new, Call.context))
      columns.each { |name, values| builder.add(name, values, text) }
      Call.made(:triax_table_builder_finish, builder.pointer)
    end

    def add(name, values, text)
      type = text ? Abi::TYPE_TEXT : type_of(name, values)
      place = FFI::MemoryPointer.new(:size_t)
      Call.check(:triax_table_builder_column, pointer, Call.text(name), type, place)
      return if values.empty?

      fill(type, place.read(:size_t), name, values)
    end

    private

    def kind_of(value)
      case value
      when String, Symbol then Abi::TYPE_STRING
      when true, false then Abi::TYPE_BOOLEAN
      when Integer then value.abs > 2**53 ? Abi::TYPE_INTEGER : Abi::TYPE_NUMBER
      when Numeric then Abi::TYPE_NUMBER
      when DateTime, Time then Abi::TYPE_TIMESTAMP
      when Date then Abi::TYPE_DATE
      when Array then Abi::TYPE_STRINGS
      end
    end

    def type_of(name, values)
      seen = {}
      values.each_with_index do |value, row|
        next if value.nil? || (value.is_a?(Float) && value.nan?)

        kind = kind_of(value) or raise TypeError, "column '#{name}', row #{row}: a #{value.class} is no value of a table"
        seen[kind] ||= row
      end
      settle_numbers(name, values, seen) if seen[Abi::TYPE_INTEGER]
      return seen.keys.first || Abi::TYPE_NUMBER if seen.size < 2

      (one, first), (other, second) = seen.to_a
      raise TypeError, "column '#{name}': row #{first} is a #{Abi.triax_type_name(one)}, row #{second} a " \
                       "#{Abi.triax_type_name(other)}; a column has one type"
    end

    # Whole numbers stay whole where a double would round one of them; beside others they are doubles.
    def settle_numbers(name, values, seen)
      return unless seen.keys.all? { |kind| [Abi::TYPE_INTEGER, Abi::TYPE_NUMBER].include?(kind) }
      return seen.replace(Abi::TYPE_NUMBER => 0) if values.any? { |value| value.is_a?(Numeric) && !value.is_a?(Integer) }

      seen.delete(Abi::TYPE_NUMBER)
      row = values.index { |value| value && !value.between?(-2**63, 2**63 - 1) } or return
      raise RangeError, "column '#{name}', row #{row}: #{values[row]} is beyond 64 bits; convert the column to text or to floats"
    end

    def fill(type, column, name, values)
      case type
      when Abi::TYPE_NUMBER then numbers(column, values)
      when Abi::TYPE_INTEGER then integers(column, values) { |value| value }
      when Abi::TYPE_DATE then integers(column, values) { |value| value.jd - Date.new(1970, 1, 1).jd }
      when Abi::TYPE_TIMESTAMP then integers(column, values) { |value| microseconds(value) }
      when Abi::TYPE_BOOLEAN then booleans(column, values)
      when Abi::TYPE_STRINGS then values.each_with_index { |value, row| strings(column, name, row, value) }
      else texts(column, values)
      end
    end

    def microseconds(value)
      time = value.to_time
      (time.to_i * 1_000_000) + time.usec
    end

    def numbers(column, values)
      memory = FFI::MemoryPointer.new(:double, values.size)
      memory.write_array_of_double(values.map { |value| value.nil? ? Float::NAN : value.to_f })
      Call.check(:triax_table_builder_numbers, pointer, column, memory, nil, values.size)
    end

    def flags(values)
      FFI::MemoryPointer.new(:uint8, values.size).write_array_of_uint8(values.map { |value| value.nil? ? 0 : 1 })
    end

    def integers(column, values)
      memory = FFI::MemoryPointer.new(:int64, values.size)
      memory.write_array_of_int64(values.map { |value| value.nil? ? 0 : yield(value) })
      Call.check(:triax_table_builder_integers, pointer, column, memory, flags(values), values.size)
    end

    def booleans(column, values)
      memory = FFI::MemoryPointer.new(:uint8, values.size).write_array_of_uint8(values.map { |value| value ? 1 : 0 })
      Call.check(:triax_table_builder_booleans, pointer, column, memory, flags(values), values.size)
    end

    # All bytes in one piece of memory, and an array of their places and lengths.
    def memory_of(values)
      encoded = values.map { |value| value&.to_s&.encode(Encoding::UTF_8) }
      blob = FFI::MemoryPointer.new(:char, encoded.sum { |text| text ? text.bytesize : 0 } + 1)
      array = FFI::MemoryPointer.new(Abi::Text, [values.size, 1].max)
      at = 0
      encoded.each_with_index do |text, row|
        next if text.nil?

        blob.put_bytes(at, text)
        array.put_pointer(row * Abi::Text.size, blob + at)
        array.put(:size_t, (row * Abi::Text.size) + FFI.type_size(:pointer), text.bytesize)
        at += text.bytesize
      end
      [array, blob]
    end

    def texts(column, values)
      array, = kept = memory_of(values)
      Call.check(:triax_table_builder_texts, pointer, column, array, values.size)
      kept.clear
    end

    def strings(column, name, row, value)
      return Call.check(:triax_table_builder_strings, pointer, column, nil, NOWHERE) if value.nil?

      items = value.compact
      raise TypeError, "column '#{name}', row #{row}: lists hold strings" unless items.all? { |item| item.is_a?(String) || item.is_a?(Symbol) }

      array, = kept = memory_of(items)
      Call.check(:triax_table_builder_strings, pointer, column, array, items.size)
      kept.clear
    end
  end
  private_constant :Columns, :Builder
end
