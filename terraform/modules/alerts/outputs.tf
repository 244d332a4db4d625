output "topic_arn" {
  description = "Topic of every alert."
  value       = local.topic_arn
}

output "alarms" {
  description = "Name of every alarm."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.never : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.stale.alarm_name],
  ))
}
