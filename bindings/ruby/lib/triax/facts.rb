# frozen_string_literal: true

require "bigdecimal"
require "date"

module Triax
  # A document of the library: policies on the way in, summaries and explanations on the way out.
  class Document < Handle
    releases :triax_document_free

    def self.of(content, name: nil)
      document = take(Call.made(:triax_document_new, Call.context))
      Abi.triax_document_source(document.pointer, Call.text(name), Call.text(nil)) if name
      document.write(content)
      Call.check(:triax_document_finish, document.pointer)
      document
    end

    def write(content)
      children(content, "")
    end

    def facts = Facts.of(pointer)

    private

    def children(content, path)
      return content.each_with_index { |value, i| put(Call.text(nil), value, "#{path}[#{i}]") } if content.is_a?(Array)

      content.each { |key, value| put(Call.text(key.to_s), value, path.empty? ? key.to_s : "#{path}.#{key}") }
    end

    # A failure is remembered by the document, and told at the end.
    def put(key, value, path)
      case value
      when nil then Abi.triax_document_missing(pointer, key)
      when true, false then Abi.triax_document_boolean(pointer, key, value ? 1 : 0)
      when Float then Abi.triax_document_number(pointer, key, value)
      when Integer then integer(key, value)
      when String, Symbol then Abi.triax_document_text(pointer, key, Call.text(value))
      when BigDecimal then Abi.triax_document_text(pointer, key, Call.text(value.to_s("F")))
      when Date then Abi.triax_document_text(pointer, key, Call.text(value.strftime("%Y-%m-%d")))
      when Hash then nested(:triax_document_map, key, value, path)
      when Array then nested(:triax_document_list, key, value, path)
      else raise TypeError, "#{path}: a #{value.class} is no value of a policy"
      end
    end

    def integer(key, value)
      return Abi.triax_document_text(pointer, key, Call.text(value)) if value.abs > 2**53

      Abi.triax_document_number(pointer, key, value.to_f)
    end

    def nested(opens, key, value, path)
      return unless Abi.public_send(opens, pointer, key).zero?

      children(value, path)
      Abi.triax_document_end(pointer)
    end
  end
  private_constant :Document

  # A summary or an explanation: a frozen hash of hashes, arrays and values by symbols. +to_s+ gives it as people read it.
  class Facts < Hash
    # Warnings and notes of the call that gave it.
    attr_reader :messages

    class << self
      # The document as values; whole numbers are Integer, as in JSON.
      def of(document, messages = [])
        Facts.new(messages).replace(value(document, 0) || {}).freeze
      end

      private

      def value(document, node)
        case Abi.triax_document_kind(document, node)
        when Abi::KIND_MAP
          children(document, node).to_h { |c| [Call.string(Abi.triax_document_key(document, c)).to_sym, value(document, c)] }.freeze
        when Abi::KIND_LIST then children(document, node).map { |child| value(document, child) }.freeze
        when Abi::KIND_NUMBER then number(Abi.triax_document_as_number(document, node))
        when Abi::KIND_BOOLEAN then !Abi.triax_document_as_boolean(document, node).zero?
        when Abi::KIND_TEXT then Call.string(Abi.triax_document_as_text(document, node))
        end
      end

      def number(value) = value.abs < 2**53 && value == value.to_i ? value.to_i : value

      def children(document, node)
        found = []
        child = Abi.triax_document_first(document, node)
        until child == Abi::NO_NODE
          found << child
          child = Abi.triax_document_next(document, child)
        end
        found
      end
    end

    def initialize(messages = [])
      super()
      @messages = messages
    end

    def to_s = lines(self).join("\n")

    private

    def leaf(value)
      case value
      when nil then "missing"
      when true then "yes"
      when false then "no"
      when Float then value.abs < 0.01 ? format("%.4g", value) : format("%.4f", value).sub(/\.?0+\z/, "")
      else value.to_s
      end
    end

    def lines(value)
      pairs = value.is_a?(Hash) ? value.map { |key, item| ["#{key}:", item] } : value.map { |item| ["-", item] }
      pairs.flat_map { |name, item| lines_of(name, item) }
    end

    def lines_of(name, item)
      return ["#{name} #{leaf(item)}"] unless item.is_a?(Hash) || item.is_a?(Array)
      return ["#{name} none"] if item.empty?
      return ["#{name} #{item.map { |one| leaf(one) }.join(', ')}"] if item.is_a?(Array) && item.none?(Enumerable)

      inner = lines(item)
      return ["- #{inner.first}", *inner.drop(1).map { |line| "  #{line}" }] if name == "-"

      [name, *inner.map { |line| "  #{line}" }]
    end
  end
end
