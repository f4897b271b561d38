# frozen_string_literal: true

# triax: how customers are covered by customer success managers (CSMs), decided and explained.
#
#   policy = Triax::Policy.load("policy.yaml")
#   plan = policy.plan(customers, team, as_of: "2026-11-21")
#   plan.customers.each { |row| puts "#{row[:key]} #{row[:segment]} #{row[:csm]}" }
#   puts plan.explain("A1")
#
# Customers and team are arrays of hashes, hashes of columns, CSV::Table, or tables of red-arrow.
module Triax
end

require "triax/library"
require "triax/errors"
require "triax/call"
require "triax/facts"
require "triax/table"
require "triax/tables"
require "triax/company"
require "triax/plan"
require "triax/policy"
require "triax/health"
require "triax/aggregates"
require "triax/assignment"
require "triax/functions"
