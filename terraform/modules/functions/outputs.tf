output "names" {
  description = "Name of each function."
  value       = { for function, resource in aws_lambda_function.this : function => resource.function_name }
}

output "arns" {
  description = "ARN of each function."
  value = {
    for function, resource in aws_lambda_function.this :
    function => "arn:${var.scope.partition}:lambda:${local.regional}:function:${resource.function_name}"
  }
}

output "version_arns" {
  description = "ARN of the version of each function that this build is."
  value = {
    for function, resource in aws_lambda_function.this :
    function => "arn:${var.scope.partition}:lambda:${local.regional}:function:${resource.function_name}:${resource.version}"
  }
}
