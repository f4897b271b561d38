# frozen_string_literal: true

module Triax
  # What plans, comparisons and fits have in common: tables by name, and a summary. A table that there is not: NotFound.
  class Tables < Handle
    class << self
      # The numbers of its tables by name, as the library calls them.
      attr_reader :numbers

      private

      def tables(borrow:, word:, summary:)
        @borrow, @summary = borrow, summary
        @numbers = (1..64).filter_map { |number| (name = Abi.public_send(word, number)) && [name.to_sym, number] }.to_h.freeze
        @numbers.each_key { |name| define_method(name) { table(name) } unless method_defined?(name) }
      end
    end

    # A table by name.
    def table(name)
      (@kept ||= {})[name.to_sym] ||= Table.borrow(borrowed(name) || raise(NotFound, "there is no table '#{name}' here; " \
                                                                                   "there are #{tables.join(', ')}"))
    end

    # The names of the tables that there are.
    def tables = self.class.numbers.keys.select { |name| borrowed(name) }

    # The whole in figures.
    def summary = Facts.of(Abi.public_send(self.class.instance_variable_get(:@summary), pointer))

    private

    def borrowed(name)
      number = self.class.numbers[name.to_sym] or return nil
      found = Abi.public_send(self.class.instance_variable_get(:@borrow), pointer, number)
      found unless found.null?
    end
  end
end
