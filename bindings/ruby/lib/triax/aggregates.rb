# frozen_string_literal: true

module Triax
  # What whole-set functions (total, mean, percentile, `top`) came to over a set. Taken out of plans over parts, merged,
  # and fed into further plans, until nothing is open: then every part is judged as the whole is.
  #
  #   known = nil
  #   until known&.complete?
  #     plans = parts.map { |part| policy.plan(part, aggregates: known) }
  #     known = Triax::Aggregates.merge(plans.map(&:aggregates))
  #   end
  class Aggregates < Handle
    releases :triax_aggregates_unref

    class << self
      # Those of the set that the parts make up, in any order; merged ones can be merged again.
      def merge(parts)
        kept = parts.to_a
        pointers = FFI::MemoryPointer.new(:pointer, [kept.size, 1].max).write_array_of_pointer(kept.map(&:pointer))
        take(Call.made(:triax_aggregates_merge, Call.context, pointers, kept.size))
      end

      # Reads what #dump gave. Anything else is refused.
      def load(bytes)
        memory = FFI::MemoryPointer.new(:char, bytes.bytesize + 1).put_bytes(0, bytes)
        take(Call.made(:triax_aggregates_read, Call.context, memory, bytes.bytesize))
      end

      alias _load load
    end

    # As bytes, for another machine; Marshal uses them, too.
    def dump(_level = nil)
      length = FFI::MemoryPointer.new(:size_t)
      Abi.triax_aggregates_write(pointer, nil, 0, length, nil)
      memory = FFI::MemoryPointer.new(:char, length.read(:size_t) + 1)
      Call.check(:triax_aggregates_write, pointer, memory, length.read(:size_t), length)
      memory.read_bytes(length.read(:size_t))
    end
    alias _dump dump

    # Whether nothing is left to find: plans fed with these are those of the whole.
    def complete? = !Abi.triax_aggregates_complete(pointer).zero?

    # How far a percentile may be from the true one, at most; 0 when all are exact.
    def error = Abi.triax_aggregates_error(pointer)
  end
end
