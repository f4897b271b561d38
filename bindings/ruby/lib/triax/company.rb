# frozen_string_literal: true

module Triax
  # How text becomes values, and days: options of several calls.
  module Options
    DATES = { iso: Abi::DATES_ISO, dmy: Abi::DATES_DMY, mdy: Abi::DATES_MDY, ymd: Abi::DATES_YMD }.freeze
    LOADING = %i[dates loose_numbers decimal set_aside].freeze

    class << self
      def load(dates: :iso, loose_numbers: false, decimal: ".", set_aside: false)
        options = Call.options(Abi::LoadOptions, :triax_load_options_init)
        options[:date_order] = DATES.fetch(dates.to_sym) { raise ArgumentError, "dates: #{dates}: there are #{DATES.keys.join(', ')}" }
        options[:loose_numbers] = loose_numbers ? 1 : 0
        options[:decimal_sign] = decimal.ord
        options[:set_aside] = set_aside ? 1 : 0
        options
      end

      # Sets as_of in options.
      def day(options, as_of)
        return if as_of.nil?

        options[:as_of] = as_of.respond_to?(:to_date) ? as_of.to_date.jd - Date.new(1970, 1, 1).jd : parsed(as_of)
        options[:has_as_of] = 1
      end

      def plan(as_of)
        options = Call.options(Abi::PlanOptions, :triax_plan_options_init)
        day(options, as_of)
        options
      end

      private

      def parsed(text)
        days = FFI::MemoryPointer.new(:int32)
        return days.read_int32 unless Abi.triax_date_of(Call.text(text), days).zero?

        raise ArgumentError, "as_of: '#{text}' is not a date; write it as 2026-11-21"
      end
    end
  end
  private_constant :Options

  # What customers and team have in common: a table loaded under a policy.
  class Loaded < Handle
    class << self
      attr_reader :functions

      # Types text, converts money to base currency, fills stand-ins, checks keys, as the policy says. Without a policy,
      # columns have the types that the data has. With set_aside, rows at fault are kept with their reasons; otherwise
      # they are errors.
      def load(data, policy = nil, threads: 1, progress: nil, **options)
        return data if data.is_a?(self)

        table = Table.of(data)
        made, aside = Array.new(2) { FFI::MemoryPointer.new(:pointer) }
        said = Call.work(functions[:new], Call.context(threads), policy&.pointer, table.pointer, Options.load(**options), made,
                         aside, progress: progress)
        loaded = take(made.read_pointer)
        loaded.send(:loaded, said, aside.read_pointer)
        loaded
      end

      private

      def stands_on(**functions)
        @functions = functions
        releases functions[:unref]
      end
    end

    # Warnings of the loading.
    attr_reader :messages
    # What was set aside: row (from 1), key, column, value, reason; nil when nothing was.
    attr_reader :aside

    # The loaded, typed columns.
    def table = Table.borrow(Abi.public_send(self.class.functions[:table], pointer))

    # The row of a key.
    def find(key)
      row = Abi.public_send(self.class.functions[:find], pointer, Call.text(key))
      row == NOWHERE ? raise(NotFound, "there is no key '#{key}'") : row
    end

    def size = table.size

    private

    def loaded(said, aside)
      @messages = said
      @aside = aside.null? ? nil : Table.take(aside)
    end
  end

  # Customers, ready to be judged. One set serves any number of plans and threads.
  class Customers < Loaded
    stands_on new: :triax_customers_new, unref: :triax_customers_unref, table: :triax_customers_table, find: :triax_customers_find
  end

  # Customer success managers, ready to be given books.
  class Team < Loaded
    stands_on new: :triax_team_new, unref: :triax_team_unref, table: :triax_team_table, find: :triax_team_find
  end
end
