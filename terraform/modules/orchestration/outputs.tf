output "alias_arn" {
  description = "Alias that every run starts on."
  value       = aws_sfn_alias.live.arn
}

output "version_arn" {
  description = "The newest version; the alias moves to it when its smoke test has passed."
  value       = aws_sfn_state_machine.this.state_machine_version_arn
}

output "state_machine_arn" {
  description = "The state machine, without version."
  value       = aws_sfn_state_machine.this.arn
}
