# Reads the contracts once, into the shapes the tables are made of: columns, partition keys, projection; and from each
# dataset.yaml where its versions stand.
locals {
  platform = {
    for name in ["lineage", "quarantine", "run_summaries"] :
    name => yamldecode(file("${var.contracts_dir}/platform/${name}.yaml"))
  }

  contract_files = [for path in fileset(var.contracts_dir, "*/v*.yaml") : path if !startswith(path, "platform/")]
  documents      = [for path in local.contract_files : yamldecode(file("${var.contracts_dir}/${path}"))]

  # One entry for each schema version: "transactions_v1".
  contracts = {
    for document in local.documents : "${document.name}_${local.custom[document.id].schemaVersion}" => {
      dataset        = document.name
      schema_version = local.custom[document.id].schemaVersion
      version        = document.version
      layer          = local.custom[document.id].layer
      active         = local.life_cycles[document.name].versions[local.custom[document.id].schemaVersion].status == "active"
      scheduled      = try(local.custom[document.id].trigger, "schedule") != "on_request"
      description    = document.description.purpose
      bucket         = var.buckets[local.custom[document.id].layer]
      properties = concat(
        document.schema[0].properties,
        local.custom[document.id].layer == "silver" ? local.platform.lineage.schema[0].properties : [],
      )
    }
  }
  custom = {
    for document in local.documents :
    document.id => { for property in document.customProperties : property.property => property.value }
  }

  life_cycles = {
    for name in distinct(local.documents[*].name) : name => yamldecode(file("${var.contracts_dir}/${name}/dataset.yaml"))
  }

  # Name of the newest active version of each dataset that has one: "transactions_v2".
  newest = {
    for dataset in toset([for contract in local.contracts : contract.dataset if contract.active]) :
    dataset => format("%s_v%d", dataset, max([
      for contract in local.contracts : tonumber(trimprefix(contract.schema_version, "v"))
      if contract.dataset == dataset && contract.active
    ]...))
  }

  silver          = [for contract in local.contracts : contract if contract.layer == "silver"]
  silver_datasets = toset(local.silver[*].dataset)
  live_datasets   = toset([for contract in local.silver : contract.dataset if contract.active && contract.scheduled])
  all_datasets    = sort(distinct([for contract in local.contracts : contract.dataset]))
}
