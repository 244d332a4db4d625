output "topic_arn" {
  description = "Topic of every alert."
  value       = local.topic_arn
}

output "rehearsal_topic_arn" {
  description = "Topic of what smoke tests make happen; subscribe to it to see that."
  value       = "arn:${var.scope.partition}:sns:${local.regional}:${aws_sns_topic.rehearsals.name}"
}

output "untold_queues" {
  description = "ARN of the queue of untold events; none where none is kept."
  value       = aws_sqs_queue.untold[*].arn
}

output "alarms" {
  description = "Name of every alarm."
  value = sort(concat(
    [for alarm in aws_cloudwatch_metric_alarm.never : alarm.alarm_name],
    [aws_cloudwatch_metric_alarm.stale.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.not_fresh : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.untold : alarm.alarm_name],
    [for alarm in aws_cloudwatch_metric_alarm.undelivered : alarm.alarm_name],
  ))
}
