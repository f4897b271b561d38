# frozen_string_literal: true

module Triax
  # One error, warning or note, with its place. +to_s+ gives it as a person would read it, source line and all.
  Message = Struct.new(:level, :code, :line, :column, :path, :message, :text, keyword_init: true) do
    def to_s = text
  end

  # What all exceptions of triax have in common: the first failure's place, and all messages of the call.
  class Error < StandardError
    # Place of the first failure: +line+ and +column+ from 1, 0 if unknown; +path+ such as "health.metrics.adoption".
    attr_reader :line, :column, :path
    # How many errors there were in all, and what was said: errors, warnings, notes.
    attr_reader :count, :messages
    # The first failure as one sentence.
    attr_reader :sentence

    def initialize(sentence = nil, line: 0, column: 0, path: "", count: 1, messages: [], text: nil)
      @sentence, @line, @column, @path, @count, @messages = sentence, line, column, path, count, messages.freeze
      faults = messages.select { |message| message.level == :error }.map(&:text)
      faults << "... and #{count - faults.size} more errors" if faults.any? && count > faults.size
      super(faults.any? ? faults.join("\n") : text || sentence)
    end
  end

  # An argument is outside its contract.
  class InvalidArgument < Error; end
  # Memory could not be had. Nothing was changed.
  class OutOfMemory < Error; end
  # The progress block asked to stop.
  class Canceled < Error; end
  # The policy, or an expression in it, is at fault.
  class PolicyError < Error; end
  # The customers or the team are at fault.
  class DataError < Error; end
  # A stated limit (length, depth, count) was passed.
  class LimitError < Error; end
  # There is no such key, column, row or table.
  class NotFound < Error; end
  # The input is well formed but of a kind that this version does not take.
  class Unsupported < Error; end

  KINDS = {
    Abi::EINVAL => InvalidArgument, Abi::ENOMEM => OutOfMemory, Abi::ECANCELED => Canceled, Abi::EPOLICY => PolicyError,
    Abi::EDATA => DataError, Abi::ELIMIT => LimitError, Abi::ENOTFOUND => NotFound, Abi::EUNSUPPORTED => Unsupported
  }.freeze
  LEVELS = { Abi::LEVEL_ERROR => :error, Abi::LEVEL_WARNING => :warning, Abi::LEVEL_NOTE => :note }.freeze
  private_constant :KINDS, :LEVELS
end
